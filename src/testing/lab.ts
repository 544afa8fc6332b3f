/** A store, a world and servers of a test's own. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import {
  connect,
  DurableMcpServer,
  EXECUTION,
  INVOCATION_ID,
  skippingClock,
  uuidv7,
  World,
  type DurableContext,
  type DurableMcpServerOptions,
} from "../index.ts";

import {
  deferred,
  judgeCall,
  type DurableStore,
  type GuardRecord,
  type InspectableStore,
  type Verdict,
  type WriteHeader,
} from "../store/index.ts";

import { simulateBank, simulateDocuments, simulateExchange } from "../world/index.ts";
import { engine } from "./engines.ts";

export interface Lab {
  readonly name: string;
  readonly store: InspectableStore;
  readonly world: World;
  /** Starts a server on the lab's store; `register` adds its tools. */
  serve(
    register: (server: DurableMcpServer) => void,
    options?: Partial<DurableMcpServerOptions>,
    /** Called before the server starts. */
    prepare?: (server: DurableMcpServer) => void,
  ): Promise<{ server: DurableMcpServer; client: Client }>;
  close(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const name = `lab-${crypto.randomUUID()}`;
  const store = await engine.openStore(name);
  const world = new World(await engine.openLedger(name));
  for (const simulate of [simulateBank, simulateDocuments, simulateExchange]) simulate(world);
  const servers: DurableMcpServer[] = [];
  return {
    name,
    store,
    world,
    async serve(register, options = {}, prepare = () => undefined) {
      const server = new DurableMcpServer(
        { name: "lab", version: "1.0.0" },
        { store, effects: world, clock: skippingClock, ...options },
      );
      servers.push(server);
      register(server);
      prepare(server);
      await server.start();
      const { client } = await connect(server);
      return { server, client };
    },
    async close() {
      for (const server of servers) await server.close();
      await store.close();
      await world.ledger.close();
      await engine.remove(name);
    },
  };
}

export interface Answer extends CallToolResult {
  readonly invocation: string;
  readonly execution: number;
}

/** Calls a tool, as a retry where an invocation is named. */
export async function call(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  invocation?: string,
): Promise<Answer> {
  const _meta = invocation === undefined ? {} : { [INVOCATION_ID]: invocation };
  const result = await client.request(
    { method: "tools/call", params: { name, arguments: args, _meta } },
    CallToolResultSchema,
  );
  return {
    ...result,
    invocation: String(result._meta?.[INVOCATION_ID]),
    execution: Number(result._meta?.[EXECUTION]),
  };
}

/** The text of an answer's first part. */
export function textOf({ content }: CallToolResult): string {
  const [first] = content;
  return first?.type === "text" ? first.text : "";
}

export function ok(text = "done"): CallToolResult {
  return { content: [{ type: "text", text }] };
}

/** Resolves when `condition` does, tried again at each change of the store or the ledger. */
export async function until(lab: Lab, condition: () => Promise<boolean>): Promise<void> {
  const met = deferred<void>();
  const check = (): void => {
    condition().then((yes) => {
      if (yes) met.resolve();
    }, met.reject);
  };
  const ends = [lab.store, lab.world.ledger].map((source) => source.subscribe(check));
  check();
  await met.promise.finally(() => ends.forEach((end) => end()));
}

export async function guardOf(
  store: DurableStore,
  invocation: string,
  alias: string,
): Promise<GuardRecord | undefined> {
  const guards = await store.readGuards({ invocation, limit: 999 });
  return guards.find((guard) => guard.alias === alias);
}

/** Resolves once the invocation is in `state`. */
export async function settled(lab: Lab, invocation: string, state: string): Promise<void> {
  await until(lab, async () => (await lab.store.readInvocation(invocation))?.state === state);
}

/** What one execution of a trial's body came to. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

export interface Trial {
  /** The invocation that every run is an execution of. */
  readonly id: string;
  readonly server: DurableMcpServer;
  /** Executes the body once more; rejects where no answer came. */
  readonly run: () => Promise<Outcome>;
}

/** A server whose one tool is `body`, to execute again and again in the same invocation. */
export async function trial(
  lab: Lab,
  body: (context: DurableContext) => unknown,
  options: Partial<DurableMcpServerOptions> = {},
  id = uuidv7(),
): Promise<Trial> {
  const outcomes: Outcome[] = [];
  const { server, client } = await lab.serve((server) => {
    server.registerTool("trial", {}, async (_args, context) => {
      try {
        outcomes.push({ value: await body(context) });
      } catch (error) {
        outcomes.push({ error });
      }
      return ok();
    });
  }, options);
  return {
    id,
    server,
    async run() {
      const answer = await call(client, "trial", {}, id);
      const outcome = outcomes.pop();
      if (!outcome) throw new Error(`The body was not executed: ${textOf(answer)}`);
      return outcome;
    },
  };
}

/** Executes `body` in a tool and gives what it resolves with; what it throws is thrown. */
export async function runIn<T>(
  lab: Lab,
  body: (context: DurableContext) => Promise<T>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  const { run } = await trial(lab, async (context) => {
    result = { value: await body(context) };
  });
  const outcome: Outcome = await run();
  if ("error" in outcome) throw outcome.error;
  if (!result) throw new Error("The body did not run.");
  return result.value;
}

/** So many writes a test makes at the most. */
const MOST = 999;

/** What became of an invocation outside, in a word. */
export async function verdictOf(lab: Lab, id: string): Promise<Verdict | undefined> {
  const invocation = await lab.store.readInvocation(id);
  if (!invocation) throw new Error(`There is no call ${id}.`);
  const guards = await lab.store.readGuards({ invocation: id, limit: MOST });
  const effects = await lab.world.ledger.rows({ invocation: id, limit: MOST });
  return judgeCall({ invocation, guards, effects })?.verdict;
}

/** Everything that the store and the ledger hold, by what the port gives. */
export async function dump({ store, world }: Lab): Promise<Record<string, unknown[]>> {
  const page = { limit: MOST };
  const invocations = await store.readInvocations(page);
  const each = async <T>(read: (id: string) => Promise<T>): Promise<T[]> =>
    await Promise.all(invocations.map(({ id }) => read(id)));
  const executions = (await each((id) => store.readExecutions(id))).flat();
  const answers = await each((id) =>
    Promise.all(executions.map(({ number }) => store.readAnswer(id, number))),
  );
  const maps = await store.readMapNames();
  const entries = await Promise.all(
    maps.map((map) => store.readRange({ map, direction: "ascending", ...page })),
  );
  return {
    "store.invocations": invocations,
    "store.executions": executions,
    "store.answers": answers.flat(),
    "store.guards": await store.readGuards(page),
    "store.entries": entries.flat(),
    "store.writes": await writesOf(store),
    "store.trace": (await each((id) => store.readTrace({ invocation: id, ...page }))).flat(),
    "ledger.rows": await world.ledger.rows(page),
  };
}

/** All writes of a store, in their order. */
export async function writesOf(store: InspectableStore): Promise<WriteHeader[]> {
  return await store.readWriteHeaders(Array.from({ length: MOST }, (_, index) => index + 1));
}

/**
 * Lets pass what a few later transactions on every table take: they wait for every earlier one, and
 * whatever these set going has had its turn.
 */
export async function quiesce(lab: Lab): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await lab.store.interruptInvocations({ dead: [], at: 0 });
    await lab.world.ledger.settle(0, { answered: true });
  }
}

/** Resolves once the invocation has an end that lasts, or the server has crashed again. */
async function ended(lab: Lab, server: DurableMcpServer, invocation: string): Promise<void> {
  await until(lab, async () => {
    const state = (await lab.store.readInvocation(invocation))?.state;
    return server.state === "crashed" || (state !== "running" && state !== "interrupted");
  });
}

/** Calls a tool as often as its server crashes, each time on a new one, and gives the answer. */
export async function callUntilAnswered(
  lab: Lab,
  register: (server: DurableMcpServer) => void,
  options: Partial<DurableMcpServerOptions>,
  tool: string,
  invocation: string,
): Promise<Answer> {
  for (;;) {
    const server = new DurableMcpServer(
      { name: "lab", version: "1.0.0" },
      { store: lab.store, effects: lab.world, clock: skippingClock, ...options },
    );
    register(server);
    await server.start();
    await ended(lab, server, invocation);
    if (isCrashed(server)) continue;
    const { client } = await connect(server);
    try {
      const answer = await call(client, tool, {}, invocation);
      await server.close();
      return answer;
    } catch (error) {
      if (!isCrashed(server)) throw error;
    }
  }
}

/** Asked by a function, for the state changes while the compiler does not look. */
function isCrashed(server: DurableMcpServer): boolean {
  return server.state === "crashed";
}
