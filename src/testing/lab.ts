/** A lab on the engine that the tests run on, and what is only these tests' own. */
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { uuidv7, type DurableContext } from "../durable/index.ts";
import { call, Lab, textOf } from "../lab/index.ts";
import type { DurableMcpServer, DurableMcpServerOptions } from "../mcp/index.ts";
import { trackedTrace, type InspectableStore, type WriteHeader } from "../store/index.ts";
import { simulateBank, simulateDocuments, simulateExchange } from "../world/index.ts";
import { engine } from "./engines.ts";

export { call, textOf, type Lab, type LabAnswer as Answer } from "../lab/index.ts";

/** When what is being recorded in the stores of labs is written. */
const recorded = new WeakMap<InspectableStore, () => Promise<void>>();

/** Its world has the services of the examples. */
export async function openLab(): Promise<Lab> {
  const name = `lab-${crypto.randomUUID()}`;
  const store = await engine.openStore(name);
  const ledger = await engine.openLedger(name);
  const closeStore = store.close.bind(store);
  const { appendTrace, written } = trackedTrace(store);
  const close = async (): Promise<void> => {
    await closeStore();
    await ledger.close();
    await engine.remove(name);
  };
  const lab = new Lab({ store: Object.assign(store, { ledger, close, appendTrace }) });
  recorded.set(lab.store, written);
  for (const simulate of [simulateBank, simulateDocuments, simulateExchange]) simulate(lab.world);
  return lab;
}

export function ok(text = "done"): CallToolResult {
  return { content: [{ type: "text", text }] };
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
 * Lets pass what a few later transactions on every table take, and whatever these set going has had its turn.
 * On IndexedDB they wait for every earlier one. On a database server they do not: what is recorded is waited for.
 */
export async function quiesce(lab: Lab): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await lab.store.interruptInvocations({ dead: [], at: 0 });
    await lab.world.ledger.settle(0, { answered: true });
    await recorded.get(lab.store)?.();
  }
}
