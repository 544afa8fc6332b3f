/** A mail that must not go out twice, whatever fails on the way. */
import { atMostOnce, effect, SortedMap, toBytes } from "durable-mcp-playground";
import type { DurableMcpServer, World } from "durable-mcp-playground";
import { z } from "zod";

const sent = SortedMap.ref("sent");

export default (server: DurableMcpServer, world: World) => {
  // What stands in for the mail service. Without this line the effect is refused.
  world.simulate("mail.send", { answers: [{ id: "m-1" }], latencyMs: 300 });

  server.registerTool(
    "send_mail",
    {
      description: "Sends a mail once. A retry of the same call never sends it again.",
      inputSchema: { to: z.email().default("ada@example.com"), text: z.string().default("Hello") },
    },
    async ({ to, text }, context) => {
      const mail = await atMostOnce(
        "mail",
        context,
        // Nothing is tried again by itself: an error does not say whether the service has the mail.
        (inner) => effect(inner, "mail.send", { to, text }, () => fetchMail()),
        { schema: z.object({ id: z.string() }) },
      );
      await sent.insert(context, { entries: { [to]: toBytes(mail.id) } });
      return { content: [{ type: "text", text: `Sent to ${to}: ${mail.id}.` }] };
    },
  );
};

/** Where effects are real. In the page they are simulated. */
function fetchMail(): never {
  throw new Error("There is no mail service here.");
}
