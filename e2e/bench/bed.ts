/** What the contests run on: a server whose tool does what it is given, and maps of many rows. */
import { z } from "zod";
import {
  connect,
  DurableMcpServer,
  openStore,
  SortedMap,
  structured,
  uuidv7,
  type DurableContext,
} from "../../src/index.ts";
import { time } from "./measure.ts";

export const BATCH = 10_000;
const VALUE_BYTES = 100;

export const keyAt = (index: number): string => `key-${String(index).padStart(9, "0")}`;
export const value = crypto.getRandomValues(new Uint8Array(VALUE_BYTES));

let databases = 0;
export const newName = (): string => `bench-${databases++}-${crypto.randomUUID()}`;

export type Body = (context: DurableContext) => Promise<unknown>;

/** A guard that has stored. */
export const RECORD = {
  invocation: uuidv7(),
  alias: "guard",
  kind: "atMostOnce",
  state: "stored",
  attempts: 1,
  execution: 1,
  updatedAt: Date.now(),
  value: { receipt: "r_1", amount: 25 },
};
export const RECEIPT = z.object({ receipt: z.string(), amount: z.number() });

/** A server whose one tool runs whatever it is given, so that contexts are real ones. */
export async function serve(name: string) {
  const store = await openStore({ name });
  const server = new DurableMcpServer({ name: "bench", version: "1.0.0" }, { store });
  let body: Body = () => Promise.resolve();
  server.registerTool("run", {}, async (_args, context) => {
    await body(context);
    return { content: [] };
  });
  server.registerTool(
    "plain",
    { inputSchema: { n: z.number() }, outputSchema: { n: z.number() } },
    ({ n }) => structured({ n: n + 1 }),
  );
  await server.start();
  const { client } = await connect(server);
  const call = async (id: string, work: Body): Promise<void> => {
    body = work;
    const _meta = { "playground.durable-mcp/invocationId": id };
    const answer = await client.callTool({ name: "run", arguments: {}, _meta });
    if (answer.isError) throw new Error(JSON.stringify(answer.content));
  };
  const close = async (): Promise<void> => {
    await server.close();
    await store.close();
    indexedDB.deleteDatabase(name);
  };
  /** How long `work` takes within an execution of the invocation, in milliseconds. */
  const timed = async (id: string, work: Body): Promise<number> => {
    let ms = 0;
    await call(id, async (context) => {
      // What the beginning of the call has under way is not the work's.
      await SortedMap.ref("m").get(context, { key: "none" });
      ms = await time(() => work(context));
    });
    return ms;
  };
  return { client, call, timed, close };
}

export function entriesOf(from: number, count: number): Record<string, Uint8Array> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [keyAt(from + index), value]),
  );
}

export async function fill(
  { call }: Awaited<ReturnType<typeof serve>>,
  map: string,
  rows: number,
  from = 0,
): Promise<void> {
  for (let at = 0; at < rows; at += BATCH) {
    const entries = entriesOf(from + at, Math.min(BATCH, rows - at));
    await call(uuidv7(), (context) => SortedMap.ref(map).insert(context, { entries }));
  }
}
