/** What a server in Node tells whoever runs it: a line of JSON each, and never what a call was given or answered. */

/** `event` names what happened; the rest says about what. */
export interface LogEntry {
  readonly level: "info" | "warning" | "error";
  readonly event: string;
  readonly [about: string]: string | number | boolean | undefined;
}

/** Hears what happens in a server. */
export type Log = (entry: LogEntry) => void;

/** To standard error, with the time. */
export const logToStderr: Log = (entry) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
};

/** An error as entries have it. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
