/** A store, a world and servers of a test's own, which know no test runner. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { skippingClock, uuidv7, type Clock } from "../durable/index.ts";
import type { ToolFile } from "../host/index.ts";
import {
  connect,
  DurableMcpServer,
  EXECUTION,
  INVOCATION_ID,
  type ConnectOptions,
  type DurableMcpServerOptions,
} from "../mcp/index.ts";
import {
  deferred,
  goesOn,
  judgeCall,
  type GuardRecord,
  type InvocationState,
  type LedgerRow,
  type ServerStore,
  type Verdict,
} from "../store/index.ts";
import { World, type WorldSettings } from "../world/index.ts";
import { memoryStore } from "./memory-store.ts";

/** What a lab is opened on. */
export interface LabOptions extends WorldSettings {
  /** The lab closes it; one in memory unless given. */
  readonly store?: ServerStore;
}

/** What a server is started with; the lab's own store and world unless given. */
export interface LabServerOptions extends Partial<DurableMcpServerOptions> {
  /** Of the client that is connected: what it is capable of, and how it answers. */
  readonly client?: ConnectOptions;
}

/** A server of a lab's that runs, and a client of it. */
export interface Served {
  readonly server: DurableMcpServer;
  readonly client: Client;
}

/** What a call came to for its client. */
export interface LabAnswer extends CallToolResult {
  /** Its id, by which it is retried. */
  readonly invocation: string;
  /** Which execution gave the answer, from 1. */
  readonly execution: number;
}

/** A fault that strikes every server would go on for ever. */
const MOST_SERVERS = 20;
/** So many records a test makes at the most. */
const MOST = 999;

/** A store, a world, and servers on them: everything that a test of a tool needs. */
export class Lab {
  readonly store: ServerStore;
  readonly world: World;
  readonly #clock: Clock;
  readonly #servers: DurableMcpServer[] = [];

  /** Effects are simulated, and delays take no time, unless the options say otherwise. */
  constructor({ store = memoryStore(), clock = skippingClock, ...settings }: LabOptions = {}) {
    this.store = store;
    this.#clock = clock;
    this.world = new World(store.ledger, { clock, ...settings });
  }

  /** Starts a server with the tools of a file, and connects a client to it. */
  async serve(register: ToolFile, options: LabServerOptions = {}): Promise<Served> {
    const server = await this.#start(register, options);
    const { client } = await connect(server, options.client);
    return { server, client };
  }

  /** Resolves when `condition` does, tried again at each change of the store or the ledger. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    const met = deferred<void>();
    const check = (): void => {
      condition().then((yes) => {
        if (yes) met.resolve();
      }, met.reject);
    };
    const ends = [this.store, this.world.ledger].map((source) => source.subscribe(check));
    check();
    await met.promise.finally(() => ends.forEach((end) => end()));
  }

  /** Resolves once the invocation is in the state. */
  async settled(invocation: string, state: InvocationState): Promise<void> {
    await this.until(async () => (await this.store.readInvocation(invocation))?.state === state);
  }

  /** What a guard of the invocation stands at; `undefined` where it was never entered. */
  async guard(invocation: string, alias: string): Promise<GuardRecord | undefined> {
    const guards = await this.store.readGuards({ invocation, limit: MOST });
    return guards.find((guard) => guard.alias === alias);
  }

  /** What really happened outside, of one invocation or of all, in order. */
  async effects(invocation?: string): Promise<LedgerRow[]> {
    return await this.world.ledger.rows({
      limit: MOST,
      ...(invocation === undefined ? {} : { invocation }),
    });
  }

  /**
   * What became of an invocation outside; `undefined` while it runs.
   *
   * @throws Error where there is no such invocation
   */
  async verdict(id: string): Promise<Verdict | undefined> {
    const invocation = await this.store.readInvocation(id);
    if (!invocation) throw new Error(`There is no call ${id}.`);
    const guards = await this.store.readGuards({ invocation: id, limit: MOST });
    return judgeCall({ invocation, guards, effects: await this.effects(id) })?.verdict;
  }

  /**
   * Calls a tool as often as its server crashes, each time on a new one, and gives the answer.
   *
   * @throws Error where the twentieth server has crashed, too
   */
  async callUntilAnswered(
    register: ToolFile,
    options: LabServerOptions,
    tool: string,
    args: Readonly<Record<string, unknown>> = {},
    invocation = uuidv7(),
  ): Promise<LabAnswer> {
    for (let servers = 0; servers < MOST_SERVERS; servers++) {
      const server = await this.#start(register, options);
      // One that holds what was interrupted resumes nothing.
      if (options.resume !== "hold") await this.#hasEnded(server, invocation);
      if (isCrashed(server)) continue;
      const { client } = await connect(server, options.client);
      try {
        const answer = await call(client, tool, args, invocation);
        await server.close();
        return answer;
      } catch (error) {
        if (!isCrashed(server)) throw error;
      }
    }
    throw new Error(`Each of ${MOST_SERVERS} servers has crashed, and “${tool}” has no answer.`);
  }

  /** Closes its servers, and the store. */
  async close(): Promise<void> {
    for (const server of this.#servers) await server.close();
    await this.store.close();
  }

  async #start(
    register: ToolFile,
    { client: _, ...options }: LabServerOptions,
  ): Promise<DurableMcpServer> {
    const { store, world } = this;
    const server = new DurableMcpServer(
      { name: "lab", version: "1.0.0" },
      { store, effects: world, clock: this.#clock, ...options },
    );
    this.#servers.push(server);
    await register(server, world);
    await server.start();
    return server;
  }

  /** Resolves once the invocation has an end that lasts, or the server has crashed again. */
  async #hasEnded(server: DurableMcpServer, invocation: string): Promise<void> {
    await this.until(async () => {
      const found = await this.store.readInvocation(invocation);
      return server.state === "crashed" || !found || !goesOn(found);
    });
  }
}

/** Asked by a function, for the state changes while the compiler does not look. */
function isCrashed(server: DurableMcpServer): boolean {
  return server.state === "crashed";
}

/** Calls a tool, as a retry where an invocation of before is named. */
export async function call(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
  invocation?: string,
): Promise<LabAnswer> {
  const _meta = invocation === undefined ? {} : { [INVOCATION_ID]: invocation };
  const result = await client.request(
    { method: "tools/call", params: { name, arguments: { ...args }, _meta } },
    CallToolResultSchema,
  );
  return {
    ...result,
    invocation: String(result._meta?.[INVOCATION_ID]),
    execution: Number(result._meta?.[EXECUTION]),
  };
}

/** The text of an answer's first part; empty where that is none. */
export function textOf({ content }: CallToolResult): string {
  const [first] = content;
  return first?.type === "text" ? first.text : "";
}
