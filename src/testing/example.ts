/** Examples of a test's own, and the page's runtime on them without a page. */
import { z } from "zod";
import type { ClientScript, Example } from "../examples/index.ts";
import type { ToolFile } from "../host/index.ts";
import {
  atMostOnce,
  charge,
  DurableMcpServer,
  NetworkError,
  simulateBank,
  SortedMap,
  structured,
  toBytes,
  uuidv7,
  type DurableContext,
  type World,
} from "../index.ts";
import { Playground } from "../playground/runtime/playground.ts";
import type { SharedLocks } from "../playground/runtime/scratch.ts";
import { ok } from "./lab.ts";

const Receipt = z.object({
  transaction_id: z.string(),
  amount: z.number(),
  currency: z.string(),
  status: z.literal("completed"),
});

/** Pays at most once, and writes that down. */
export function registerPay(server: DurableMcpServer, world: World): void {
  simulateBank(world);
  server.registerTool(
    "pay",
    { inputSchema: { amount: z.number().positive() } },
    async ({ amount }, context) => {
      const receipt = await atMostOnce(
        "payment",
        context,
        (context) => charge(context, { transaction_id: "t", amount, currency: "USD" }),
        { schema: Receipt, retryableErrors: [NetworkError] },
      );
      const entries = { [context.invocationId]: toBytes(receipt) };
      await SortedMap.ref("payments").insert(context, { entries });
      return structured({ status: "success", receipt });
    },
  );
}

/** An example whose server has the tools that `register` adds; its database is the test's own. */
export function exampleOf(
  register: ToolFile = registerPay,
  runClient: (script: ClientScript) => Promise<void> = () => Promise.resolve(),
): Example {
  const name = `test-${uuidv7()}`;
  return {
    name,
    title: name,
    shows: "Nothing.",
    load: () =>
      Promise.resolve({
        default: register,
        runClient,
      }),
  };
}

/** Registers a tool without arguments that does what `body` does. */
export function addTool(
  server: DurableMcpServer,
  name: string,
  body: (context: DurableContext) => unknown,
): void {
  server.registerTool(name, {}, async (_args, context) => {
    await body(context);
    return ok();
  });
}

/** Locks as the tabs of a browser share them. */
export function locksOfTabs(): SharedLocks {
  const held = new Set<string>();
  return {
    request: async (name, run) => {
      held.add(name);
      return await run().finally(() => held.delete(name));
    },
    query: () => Promise.resolve({ held: [...held].map((name) => ({ name })) }),
  };
}

export interface PlaygroundLab {
  /** The page's runtime on an example, not opened yet. */
  make(example: Example, run?: string): Playground;
  /** Opens the page's runtime on an example, or once more on the same: as another tab would. */
  open(example: Example, run?: string): Promise<Playground>;
  /** Closes what was opened, and deletes its databases. */
  close(): Promise<void>;
}

export function playgroundLab(): PlaygroundLab {
  const opened: Playground[] = [];
  const make = (example: Example, run?: string): Playground => {
    const playground = new Playground(example, run);
    opened.push(playground);
    return playground;
  };
  return {
    make,
    async open(example, run) {
      const playground = make(example, run);
      await playground.open();
      return playground;
    },
    async close() {
      for (const playground of opened) await playground.close();
      for (const { database } of opened.splice(0)) {
        indexedDB.deleteDatabase(database);
        indexedDB.deleteDatabase(`${database}-ledger`);
      }
    },
  };
}
