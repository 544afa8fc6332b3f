/**
 * A process with one server on a PostgreSQL, for tests that kill and stop it. Its bank is outside, and does what it
 * is asked as often as it is asked. Tells where it is by a line of JSON.
 *
 *     tsx paying-server.ts '{"url":"postgres://…","schema":"s","leaseMs":1500,"bank":"http://…"}'
 */
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  effect,
  SortedMap,
  toBytes,
  type DurableContext,
} from "../durable/index.ts";
import type { ToolFile } from "../host/index.ts";
import { createServer } from "../node/index.ts";
import { openPostgres } from "../store/postgres/index.ts";

const Options = z.object({
  url: z.string(),
  schema: z.string(),
  leaseMs: z.number(),
  bank: z.string(),
});
const { bank, ...database } = Options.parse(JSON.parse(process.argv[2] ?? ""));

/** Asks the bank for real. */
async function ask(context: DurableContext, operation: string): Promise<number> {
  const { invocationId: invocation, execution } = context;
  const request = { operation, invocation, execution, pid: process.pid };
  return await effect(
    context,
    `bank.${operation}`,
    request,
    async () => {
      const answer = await fetch(bank, { method: "POST", body: JSON.stringify(request) });
      return z.number().parse(await answer.json());
    },
    { schema: z.number() },
  );
}

const register: ToolFile = (server) => {
  server.registerTool("pay", {}, async (_, context) => {
    const schema = z.number();
    const rate = await atLeastOnce("rate", context, (inner) => ask(inner, "rate"), { schema });
    const charge = await atMostOnce("charge", context, (inner) => ask(inner, "charge"), { schema });
    const entries = { [context.invocationId]: toBytes({ rate, charge }) };
    await SortedMap.ref("payments").insert(context, { entries });
    return { content: [{ type: "text", text: String(charge) }] };
  });
};

const store = await openPostgres(database);
const server = await createServer({
  name: "shop",
  version: "1.0.0",
  store,
  register,
  port: 0,
  log: (entry) => console.log(JSON.stringify(entry)),
});
console.log(JSON.stringify({ event: "ready", url: server.url }));
