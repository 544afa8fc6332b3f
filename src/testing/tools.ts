/** Tools that several tests serve. */
import { expect } from "vitest";
import { z } from "zod";
import {
  atMostOnce,
  charge,
  FaultPlan,
  NetworkError,
  SortedMap,
  toBytes,
  type DurableMcpServer,
} from "../index.ts";
import { call, ok, type Lab } from "./lab.ts";

/** Answers with what it is given. */
export function echo(server: DurableMcpServer): void {
  server.registerTool("echo", { inputSchema: { text: z.string() } }, ({ text }) => ok(text));
}

/** A payment under an at-most-once guard. */
export function pay(server: DurableMcpServer): void {
  server.registerTool(
    "pay",
    { inputSchema: { amount: z.number() } },
    async ({ amount }, context) => {
      const receipt = await atMostOnce(
        "payment",
        context,
        (context) => charge(context, { transaction_id: "t", amount, currency: "USD" }),
        { schema: z.object({ transaction_id: z.string() }), retryableErrors: [NetworkError] },
      );
      return ok(receipt.transaction_id);
    },
  );
}

/** A guarded step, and a write to a map after it. */
export function step(server: DurableMcpServer): void {
  server.registerTool("step", {}, async (_args, context) => {
    await atMostOnce("a", context, () => undefined);
    await SortedMap.ref("m").insert(context, { entries: { n: toBytes(1) } });
    return ok();
  });
}

/** A call of `step` whose server has died between the two. */
export async function interruptedStep(lab: Lab, id: string): Promise<DurableMcpServer> {
  const faults = new FaultPlan([{ point: "guard:stored", kind: "crash", when: { nth: 1 } }]);
  const { server, client } = await lab.serve(step, { faults });
  await expect(call(client, "step", {}, id)).rejects.toThrow("Connection closed");
  return server;
}
