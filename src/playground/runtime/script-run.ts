/** The run of the example's client script, one at a time. What runs it is loaded when one begins. */
import type { Example, TranscriptLine } from "../../examples/index.ts";
import type { ServerHost } from "../../host/index.ts";
import type { ProtocolLog } from "./protocol.ts";
import { asError, type StateCell } from "./state-cell.ts";

/** Of a transcript. */
const MOST_LINES = 5000;

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
    const print = (line: TranscriptLine): void => {
      const { transcript } = this.cell.state;
      // A script may print without end.
      if (transcript.length < MOST_LINES) this.cell.set({ transcript: [...transcript, line] });
    };
    const end = (text: string): void => {
      const { transcript } = this.cell.state;
      const cut = `No more than ${MOST_LINES} lines are kept.`;
      const more = transcript.length < MOST_LINES ? [text] : [cut, text];
      const notes = more.map((text) => ({ kind: "note" as const, text }));
      this.cell.set({ transcript: [...transcript, ...notes] });
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
