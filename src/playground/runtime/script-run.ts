/** Runs the example's client script by a client of its own, and keeps its transcript. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { loadClientScript, type Example, type TranscriptLine } from "../../examples/index.ts";
import { connect, type DurableMcpServer } from "../../mcp/index.ts";
import type { ProtocolLog } from "./protocol.ts";
import { asError, type StateCell } from "./state-cell.ts";

export class ScriptRun {
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  /** @param server resolves with the running server, when there is one */
  constructor(
    private readonly example: Example,
    private readonly cell: StateCell,
    private readonly protocol: ProtocolLog,
    private readonly server: (signal: AbortSignal) => Promise<DurableMcpServer>,
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
    let met: { readonly server: DurableMcpServer; readonly client: Client } | undefined;
    return {
      open: async (): Promise<Client> => {
        if (met && this.cell.state.server !== "running") {
          this.#print({ kind: "note", text: "It waits for the next server: restart it." });
        }
        for (;;) {
          const server = await this.server(signal);
          if (met?.server === server) return met.client;
          try {
            met = { server, client: await this.#connect(server) };
            return met.client;
          } catch (error) {
            // It may have died meanwhile: the next one will do.
            if (server.state === "running") throw error;
          }
        }
      },
      close: async (): Promise<void> => met?.client.close(),
    };
  }

  async #connect(server: DurableMcpServer): Promise<Client> {
    const { client } = await connect(server, {
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
