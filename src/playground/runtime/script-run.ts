/** Runs the example's client script by a client of its own, and keeps its transcript. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { loadClientScript, type Example, type TranscriptLine } from "../../examples/index.ts";
import type { ServerHost } from "../../host/index.ts";
import type { ProtocolLog } from "./protocol.ts";
import { asError, type StateCell } from "./state-cell.ts";

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
    const connection = this.#connection(signal);
    const print = (line: TranscriptLine): void => this.#print(line);
    const note = (text: string): void => print({ kind: "note", text });
    try {
      const [{ ClientScript }, { runClient }] = await Promise.all([
        loadClientScript(),
        this.example.load(),
      ]);
      await runClient(new ClientScript({ connect: connection.open, print, signal }));
      note("The script has ended.");
    } catch (error) {
      note(
        signal.aborted
          ? "The script was stopped."
          : `The script ended early: ${asError(error).message}`,
      );
    }
    await this.cell.attempt(connection.close);
  }

  /** The script's client: one for each server that it meets. */
  #connection(signal: AbortSignal) {
    let met: { readonly server: string | undefined; readonly client: Client } | undefined;
    return {
      open: async (): Promise<Client> => {
        if (met && this.cell.state.server !== "running") {
          this.#print({ kind: "note", text: "It waits for the next server: restart it." });
        }
        for (;;) {
          const host = await this.running(signal);
          const server = host.serverId;
          if (met && met.server === server) return met.client;
          try {
            met = { server, client: await this.#connect(host) };
            return met.client;
          } catch (error) {
            // It may have died meanwhile: the next one will do.
            if (host.state === "running" && host.serverId === server) throw error;
          }
        }
      },
      close: async (): Promise<void> => met?.client.close(),
    };
  }

  async #connect(host: ServerHost): Promise<Client> {
    const { client } = await host.connect({
      capabilities: { elicitation: {} },
      // It accepts whatever it is asked: a person's calls must not be answered so.
      ownCallsOnly: true,
      recorder: this.protocol.beginSession("script"),
      prepare: (client) =>
        client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
          const text = `The server asks: ${params.message} The script accepts.`;
          this.#print({ kind: "note", text });
          return { action: "accept", content: {} };
        }),
    });
    return client;
  }

  #print(line: TranscriptLine): void {
    this.cell.set({ transcript: [...this.cell.state.transcript, line] });
  }
}
