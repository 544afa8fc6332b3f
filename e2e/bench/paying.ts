/** What contests on a database server call: a tool that pays. */
import { z } from "zod";
import {
  connect,
  DurableMcpServer,
  INVOCATION_ID,
  type DurableContext,
  type DurableStore,
} from "../../src/index.ts";

export const RECEIPT = { receipt: "r_1", amount: 25 };
export const Receipt = z.object({ receipt: z.string(), amount: z.number() });

/** A server on the store whose one tool is `body`. */
export async function servePay(
  store: DurableStore,
  body: (context: DurableContext) => Promise<void>,
): Promise<{
  /** Calls it as that invocation. */
  readonly call: (id: string) => Promise<void>;
  readonly close: () => Promise<void>;
}> {
  const server = new DurableMcpServer({ name: "bench", version: "1.0.0" }, { store });
  server.registerTool("pay", {}, async (_, context) => {
    await body(context);
    return { content: [] };
  });
  await server.start();
  const { client } = await connect(server);
  return {
    call: async (id) => {
      const _meta = { [INVOCATION_ID]: id };
      const { isError } = await client.callTool({ name: "pay", arguments: {}, _meta });
      if (isError) throw new Error("The call failed.");
    },
    close: () => server.close(),
  };
}
