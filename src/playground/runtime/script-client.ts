/** Runs an example's client script by a client of its own, over as many servers as it meets. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { loadClientScript, type Example, type TranscriptLine } from "../../examples/index.ts";
import type { ServerHost } from "../../host/index.ts";
import type { ProtocolLog } from "./protocol.ts";
import type { StateCell } from "./state-cell.ts";

export interface ScriptSurroundings {
  readonly example: Example;
  readonly cell: StateCell;
  readonly protocol: ProtocolLog;
  /** Resolves with the host when its server runs. */
  readonly running: (signal: AbortSignal) => Promise<ServerHost>;
  readonly print: (line: TranscriptLine) => void;
  readonly signal: AbortSignal;
}

/** Runs the script to its end, and closes its client. Rejects with what ended it early. */
export async function runScript(surroundings: ScriptSurroundings): Promise<void> {
  const { example, cell, signal } = surroundings;
  let isOver = false;
  // What nobody waited for says nothing any more.
  const print = (line: TranscriptLine): void => {
    if (!isOver) surroundings.print(line);
  };
  const connection = connectionOf({ ...surroundings, print });
  try {
    const [{ ClientScript }, { runClient }] = await Promise.all([
      loadClientScript(),
      example.load(),
    ]);
    await runClient(new ClientScript({ connect: connection.open, print, signal }));
  } finally {
    isOver = true;
    await cell.attempt(connection.close);
  }
}

/** The script's client: one for each server that it meets. */
function connectionOf({ cell, protocol, running, print, signal }: ScriptSurroundings) {
  let met: { readonly server: string | undefined; readonly client: Client } | undefined;
  let isClosed = false;

  const connect = async (host: ServerHost): Promise<Client> => {
    const { client } = await host.connect({
      capabilities: { elicitation: {} },
      // It accepts whatever it is asked: a person's calls must not be answered so.
      ownCallsOnly: true,
      recorder: protocol.beginSession("script"),
      prepare: (client) =>
        client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
          const text = `The server asks: ${params.message} The script accepts.`;
          print({ kind: "note", text });
          return { action: "accept", content: {} };
        }),
    });
    return client;
  };

  return {
    open: async (): Promise<Client> => {
      if (isClosed) throw new Error("The script is over.");
      if (met && cell.state.server !== "running") {
        print({ kind: "note", text: "It waits for the next server: restart it." });
      }
      for (;;) {
        const host = await running(signal);
        const server = host.serverId;
        if (met && met.server === server) return met.client;
        try {
          met = { server, client: await connect(host) };
          return met.client;
        } catch (error) {
          // It may have died meanwhile: the next one will do.
          if (host.state === "running" && host.serverId === server) throw error;
        }
      }
    },
    close: async (): Promise<void> => {
      isClosed = true;
      await met?.client.close();
    },
  };
}
