/** The run of the example's client script, one at a time. What runs it is loaded when one begins. */
import type { Example, TranscriptLine } from "../../examples/index.ts";
import type { ServerHost } from "../../host/index.ts";
import type { ProtocolLog } from "./protocol.ts";
import { asError, type StateCell } from "./state-cell.ts";

/** Of a transcript. */
const MOST_LINES = 5000;
/** Of a line, in characters. */
const LONGEST_LINE = 20_000;

export class ScriptRun {
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  /** @param running resolves with the host when its server runs */
  constructor(
    private readonly example: Example,
    private readonly cell: StateCell,
    private readonly protocol: ProtocolLog,
    private readonly running: (signal: AbortSignal) => Promise<ServerHost>,
  ) {}

  /** Runs to the end, over crashes of the server: it goes on with the next. */
  async run(): Promise<void> {
    if (this.#running) return;
    const stop = new AbortController();
    const ended = this.#run(stop.signal);
    this.#running = { stop, ended };
    await ended;
    this.#running = undefined;
    this.cell.set({ transcriptRunning: false });
  }

  /** Ends the script where it stands: its call is cancelled, and its client leaves. */
  async stop(): Promise<void> {
    this.#running?.stop.abort(new Error("The script was stopped."));
    await this.#running?.ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.cell.set({ transcript: [], transcriptRunning: true });
    let more = 0;
    const print = ({ kind, text }: TranscriptLine): void => {
      const { transcript } = this.cell.state;
      // A script may print without end.
      if (transcript.length >= MOST_LINES) more++;
      else this.cell.receive({ transcript: [...transcript, { kind, text: cut(text) }] });
    };
    const end = (text: string): void => {
      const texts = more > 0 ? [`${more} more lines were not kept.`, text] : [text];
      const notes = texts.map((text) => ({ kind: "note" as const, text: cut(text) }));
      this.cell.set({ transcript: [...this.cell.state.transcript, ...notes] });
    };
    const { example, cell, protocol, running } = this;
    try {
      const { runScript } = await import("./script-client.ts");
      await runScript({ example, cell, protocol, running, print, signal });
      end("The script has ended.");
    } catch (error) {
      const text = signal.aborted
        ? "The script was stopped."
        : `The script ended early: ${asError(error).message}`;
      end(text);
    }
  }
}

function cut(text: string): string {
  if (text.length <= LONGEST_LINE) return text;
  // A copy: a part of a text keeps the whole of it in memory.
  const kept = JSON.parse(JSON.stringify(text.slice(0, LONGEST_LINE))) as string;
  return `${kept}… (${text.length} characters)`;
}
