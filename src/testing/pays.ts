/** The smallest tool file whose effect is worth counting: a payment that is made once. */
import { z } from "zod";
import { atMostOnce, effect } from "../durable/index.ts";
import type { ToolFile } from "../host/index.ts";

export const pays: ToolFile = (server, world) => {
  world.simulate("bank.pay", { answers: ["paid"] });
  server.registerTool("pay", {}, async (_, context) => {
    const pay = () =>
      atMostOnce("payment", context, (inner) => effect(inner, "bank.pay", {}, () => "x"), {
        schema: z.string(),
      });
    return { content: [{ type: "text", text: await pay() }] };
  });
};
