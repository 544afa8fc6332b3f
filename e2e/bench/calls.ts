/** The contests of guards and of calls. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/cfworker";
import { z } from "zod";
import {
  atMostOnce,
  connect,
  DurableMcpServer,
  openStore,
  structured,
  uuidv7,
  type DurableContext,
} from "../../src/index.ts";
import { openBare, read, write, writeAll } from "./bare.ts";
import { newName, RECEIPT, RECORD, serve, type Body } from "./bed.ts";
import { contest, MANY, ROUNDS, time, together, type Row } from "./measure.ts";

export async function guardContests(): Promise<Row[]> {
  const served = await serve(newName());
  const name = newName();
  const bare = await openBare(name, ["guards"]);
  await write(bare, "guards", "relaxed", (table) => {
    for (let index = 0; index < MANY; index++) table.put(RECORD, `stored-${index}`);
  });
  const stored = uuidv7();
  const useGuards = async (context: DurableContext): Promise<void> => {
    for (let index = 0; index < MANY; index++) {
      await atMostOnce(`g-${index}`, context, () => RECORD.value, { schema: RECEIPT });
    }
  };
  await served.call(stored, useGuards);
  const answered = await contest({
    work: "a guard answered from the store",
    floor: "one bare get",
    bar: 1.5,
    times: MANY,
    rounds: ROUNDS,
    runFloor: () =>
      time(async () => {
        for (let index = 0; index < MANY; index++) {
          await read(bare, "guards", (table) => table.get(`stored-${index}`));
        }
      }),
    runOurs: () => served.timed(stored, useGuards),
  });
  const fresh = await contest({
    work: "a new atMostOnce guard",
    floor: "two bare read-write transactions, the first strict",
    bar: 1.3,
    times: MANY,
    // A disk answers unevenly: half of the rounds lie between 1.1 and 1.5.
    rounds: 9 * ROUNDS,
    runFloor: (round) =>
      time(async () => {
        for (let index = 0; index < MANY; index++) {
          const key = `${round}-${index}`;
          await write(bare, "guards", "strict", (table) => table.put(RECORD, key));
          await write(bare, "guards", "relaxed", (table) => table.put(RECORD, key));
        }
      }),
    runOurs: () => served.timed(uuidv7(), useGuards),
  });
  bare.close();
  indexedDB.deleteDatabase(name);
  await served.close();
  return [answered, fresh];
}

export async function callContest(): Promise<Row> {
  const served = await serve(newName());
  const name = newName();
  const bare = await openBare(name, ["journal", "answers"]);
  const jsonSchemaValidator = new CfWorkerJsonSchemaValidator();
  const mcp = new McpServer({ name: "bare", version: "1.0.0" }, { jsonSchemaValidator });
  const callOf = (state: string, n: number) => ({
    tool: "plain",
    args: { n },
    state,
    createdAt: Date.now(),
  });
  mcp.registerTool(
    "plain",
    { inputSchema: { n: z.number() }, outputSchema: { n: z.number() } },
    async ({ n }) => {
      const id = uuidv7();
      await write(bare, "journal", "relaxed", (table) => table.put(callOf("running", n), id));
      const result = structured({ n: n + 1 });
      await writeAll(bare, ["journal", "answers"], (table) => {
        table("journal").put(callOf("completed", n), id);
        table("answers").put(result, id);
      });
      return result;
    },
  );
  const [clientEnd, serverEnd] = InMemoryTransport.createLinkedPair();
  await mcp.connect(serverEnd);
  const client = new Client({ name: "bare", version: "1.0.0" }, { jsonSchemaValidator });
  await client.connect(clientEnd);
  await client.listTools();
  await served.client.listTools();
  const run = (client: Client) => (): Promise<number> =>
    time(async () => {
      for (let n = 0; n < MANY; n++) await client.callTool({ name: "plain", arguments: { n } });
    });
  const row = await contest({
    work: "tools/call of a tool with no guard",
    floor:
      "the same on a bare McpServer, plus the journal's bare writes: the call; its end and its answer",
    bar: 1.3,
    times: MANY,
    rounds: 3 * ROUNDS,
    runFloor: run(client),
    runOurs: run(served.client),
  });
  await client.close();
  bare.close();
  indexedDB.deleteDatabase(name);
  await served.close();
  return row;
}

/** What a retry costs, however often the call was retried before and however long its answers are. */
export async function retryContest(): Promise<Row> {
  const store = await openStore({ name: newName() });
  const server = new DurableMcpServer({ name: "bench", version: "1.0.0" }, { store });
  const text = "x".repeat(200 * 1024);
  server.registerTool("long", {}, () => ({ content: [{ type: "text", text }] }));
  await server.start();
  const { client } = await connect(server);
  const retry = (nth: number) => async (): Promise<number> => {
    const _meta = { "playground.durable-mcp/invocationId": uuidv7() };
    const call = (): Promise<unknown> => client.callTool({ name: "long", arguments: {}, _meta });
    for (let n = 0; n < nth; n++) await call();
    return await time(call);
  };
  const row = await contest({
    work: "the 50th retry of a call with an answer of 200 KB",
    floor: "the 2nd",
    bar: 1.3,
    rounds: 15,
    runFloor: retry(2),
    runOurs: retry(50),
  });
  await server.close();
  await store.close();
  indexedDB.deleteDatabase(store.name);
  return row;
}

/** Guarded calls side by side, and what they write. */
export async function eightContest(): Promise<Row> {
  const AT_ONCE = 8;
  const EACH = 10;
  const served = await serve(newName());
  const name = newName();
  const bare = await openBare(name, ["journal", "answers", "guards"]);
  const bareCall = async (): Promise<void> => {
    const id = uuidv7();
    const call = { id, tool: "run", args: {}, state: "running", createdAt: Date.now() };
    await write(bare, "journal", "relaxed", (table) => table.put(call, id));
    await write(bare, "guards", "strict", (table) => {
      table.get(`fence-${id}`);
      table.put(RECORD, id);
    });
    await write(bare, "guards", "relaxed", (table) => {
      table.get(`fence-${id}`);
      table.put(RECORD, id);
    });
    await writeAll(bare, ["journal", "answers"], (table) => {
      table("journal").put({ ...call, state: "completed" }, id);
      table("answers").put({ content: [] }, id);
    });
  };
  const guarded: Body = (context) =>
    atMostOnce("g", context, () => RECORD.value, { schema: RECEIPT });
  const row = await contest({
    work: "guarded calls, 8 at once",
    floor: "the same bare transactions, the fence's bare get included",
    bar: 1.4,
    times: AT_ONCE * EACH,
    rounds: 15,
    runFloor: together(AT_ONCE, EACH, bareCall),
    runOurs: together(AT_ONCE, EACH, () => served.call(uuidv7(), guarded)),
  });
  bare.close();
  indexedDB.deleteDatabase(name);
  await served.close();
  return row;
}
