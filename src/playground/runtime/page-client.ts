/** The page's own client: what a person does by it, and what it saw of each call. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CallToolResultSchema,
  ErrorCode,
  LoggingMessageNotificationSchema,
  McpError,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { LONGEST_DELAY_MS, uuidv7 } from "../../durable/index.ts";
import type { ServerHost } from "../../host/index.ts";
import { INVOCATION_ID, isLost, unchecked } from "../../mcp/index.ts";
import type { InvocationRecord } from "../../store/index.ts";
import { askToKeepOnce } from "../browser/persistence.ts";
import type { ProtocolLog } from "./protocol.ts";
import { asError, type StateCell } from "./state-cell.ts";
import type { ClientView } from "./state.ts";

const URL_ELICITATION_REQUIRED: number = ErrorCode.UrlElicitationRequired;

/** What the person at the page answers. */
const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: {} };

/** What a server sends where no level was set. */
const ALL_LEVELS = "debug";

export class PageClient {
  /** The calls that wait for an answer, by invocation; the last one's answer is shown. */
  readonly #waiting = new Map<string, AbortController[]>();
  #host: ServerHost | undefined;
  /** Aborted when the connection is closed. */
  #session = new AbortController();
  #client: Client | undefined;

  constructor(
    private readonly cell: StateCell,
    private readonly protocol: ProtocolLog,
  ) {}

  /** Connects to a server that has started, and lists its tools. */
  async connect(host: ServerHost): Promise<void> {
    const { cell } = this;
    const { client } = await host.connect({
      capabilities: CAPABILITIES,
      // Its answers are shown as they are, and said there to be right or wrong.
      jsonSchemaValidator: unchecked,
      recorder: this.protocol.beginSession("page"),
      prepare: (client) => {
        const session = new AbortController();
        this.#session = session;
        client.onclose = () => session.abort();
        client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
          const count = cell.state.subscriptions.get(uri);
          // One that was under way when the subscription was ended begins none.
          if (count === undefined) return;
          cell.receive({ subscriptions: new Map(cell.state.subscriptions).set(uri, count + 1) });
        });
        client.fallbackRequestHandler = async (request, { signal }) => {
          const { ask } = await import("./questions.ts");
          return await ask(cell, request, signal);
        };
        client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
          const { level, logger = "server", data } = params;
          const text = typeof data === "string" ? data : JSON.stringify(data);
          cell.log(level, `${logger}: ${text}`);
        });
      },
    });
    const { logLevel } = cell.state;
    if (logLevel !== ALL_LEVELS) await client.setLoggingLevel(logLevel);
    const { tools } = client.getServerCapabilities()?.tools
      ? await client.listTools()
      : { tools: [] };
    // A subscription ends with its session.
    for (const uri of cell.state.subscriptions.keys()) await client.subscribeResource({ uri });
    this.#host = host;
    this.#client = client;
    cell.set({ tools });
  }

  /** Calls a tool; the id makes it a retry where the invocation exists. Returns the invocation's id. */
  call(tool: string, args: Record<string, unknown>, id = uuidv7()): string {
    // When it has ended: a browser that asks the person does not ask in its middle.
    void this.cell.attempt(() => this.#call(tool, args, id)).then(askToKeepOnce);
    return id;
  }

  retry({ tool, args, id }: InvocationRecord): string {
    return this.call(tool, { ...args }, id);
  }

  /** Cancels the calls of an invocation by MCP's notification, and what no client waits for. */
  cancel(id: string): void {
    for (const abort of this.#waiting.get(id) ?? []) abort.abort("Cancelled by the user.");
    // A resumption has no client; and of several calls the client may have cancelled one that only waited.
    this.#host?.cancel(id);
  }

  /** Asks the server for what is no call; `undefined` where that failed, which is reported. */
  async ask<T>(request: (client: Client, cell: StateCell) => Promise<T>): Promise<T | undefined> {
    let answer: T | undefined;
    await this.cell.attempt(async () => {
      if (!this.#client) throw new Error("No server was started: restart it, then try again.");
      answer = await request(this.#client, this.cell);
    });
    return answer;
  }

  async #call(tool: string, args: Record<string, unknown>, id: string): Promise<void> {
    const client = this.#client;
    if (!client || this.cell.state.server !== "running") {
      this.cell.reportProblem("The server is not running: restart it, then call again.");
      return;
    }
    const abort = new AbortController();
    this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), abort]);
    this.#see(id, { state: "waiting" });
    let view: ClientView;
    try {
      const result = await client.request(
        {
          method: "tools/call",
          params: { name: tool, arguments: args, _meta: { [INVOCATION_ID]: id } },
        },
        CallToolResultSchema,
        {
          signal: abort.signal,
          // A person may take any time.
          timeout: LONGEST_DELAY_MS,
          onprogress: (progress) => this.#see(id, { state: "waiting", progress }),
        },
      );
      view = { state: "answered", result };
    } catch (error) {
      view = { state: "error", error: asError(error).message, lost: isLost(error) };
      if (error instanceof McpError && error.code === URL_ELICITATION_REQUIRED) {
        void this.cell.attempt(async () => {
          const { askToOpen } = await import("./questions.ts");
          askToOpen(this.cell, error.data, this.#session.signal);
        });
      }
    }
    const others = (this.#waiting.get(id) ?? []).filter((other) => other !== abort);
    if (others.length > 0) {
      this.#waiting.set(id, others);
      return;
    }
    this.#waiting.delete(id);
    this.#see(id, view);
  }

  #see(id: string, view: ClientView): void {
    this.cell.receive({ client: new Map(this.cell.state.client).set(id, view) });
  }
}
