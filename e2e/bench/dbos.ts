/**
 * The contest with DBOS: a call with two guarded steps against its workflow of two, on the same database. Its steps
 * happen at least once, and so do these.
 */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { z } from "zod";
import {
  atLeastOnce,
  connect,
  DurableMcpServer,
  INVOCATION_ID,
  uuidv7,
  type DurableStore,
} from "../../src/index.ts";
import { contest, time, type Row } from "./measure.ts";

const RECEIPT = { receipt: "r_1", amount: 25 };
const Receipt = z.object({ receipt: z.string(), amount: z.number() });
/** So many calls at a time, and how many times as many a second they are to be. */
const AT_ONCE = [
  [1, 2],
  [8, 3],
  [32, 3],
] as const;
const CALLS = 64;
const ROUNDS = 9;
const CONNECTIONS = 10;

/** @param url of the database that the store is in */
export async function dbosContests(url: string, store: DurableStore): Promise<Row[]> {
  const server = new DurableMcpServer({ name: "bench", version: "1.0.0" }, { store });
  server.registerTool("pay", {}, async (_, context) => {
    for (const alias of ["reserve", "payment"]) {
      await atLeastOnce(alias, context, () => RECEIPT, { schema: Receipt });
    }
    return { content: [] };
  });
  await server.start();
  const { client } = await connect(server);
  const call = async (): Promise<void> => {
    const _meta = { [INVOCATION_ID]: uuidv7() };
    const { isError } = await client.callTool({ name: "pay", arguments: {}, _meta });
    if (isError) throw new Error("The call failed.");
  };

  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: url,
    systemDatabasePoolSize: CONNECTIONS,
    logLevel: "error",
  });
  const pay = DBOS.registerWorkflow(
    async () => {
      for (const name of ["reserve", "payment"]) {
        await DBOS.runStep(() => Promise.resolve(RECEIPT), { name });
      }
    },
    { name: "pay" },
  );
  try {
    await DBOS.launch();
    const rows: Row[] = [];
    for (const [atOnce, factor] of AT_ONCE) {
      const each = CALLS / atOnce;
      const together = (work: () => Promise<unknown>) => (): Promise<number> =>
        time(() =>
          Promise.all(
            Array.from({ length: atOnce }, async () => {
              for (let n = 0; n < each; n++) await work();
            }),
          ),
        );
      rows.push(
        await contest({
          work: `PostgreSQL: a call with two guarded steps, ${atOnce} at a time`,
          floor: "a workflow of two steps with DBOS, no floor but a rival",
          bar: 1 / factor,
          times: CALLS,
          rounds: ROUNDS,
          runFloor: together(() => pay()),
          runOurs: together(call),
        }),
      );
    }
    return rows;
  } finally {
    await DBOS.shutdown();
    await server.close();
  }
}
