/** An index kept in two maps: people by name, and by the time at which they came. */
import { atLeastOnce, fromBytes, SortedMap, toBytes, uuidv7 } from "durable-mcp-playground";
import type { DurableMcpServer } from "durable-mcp-playground";
import { z } from "zod";

const byName = SortedMap.ref("people by name");
const byTime = SortedMap.ref("people by time");

export default (server: DurableMcpServer) => {
  server.registerTool(
    "add_person",
    {
      description:
        "Adds a person to both maps. A crash between the two is mended by the resumed call.",
      inputSchema: { name: z.string().default("Ada") },
    },
    async ({ name }, context) => {
      // Chosen once: a resumed call finds the same key, and writes no second row.
      const key = await atLeastOnce("key", context, () => uuidv7(), { schema: z.string() });
      await byName.insert(context, { entries: { [name]: toBytes({ key }) } });
      await byTime.insert(context, { entries: { [key]: toBytes({ name }) } });
      return { content: [{ type: "text", text: `${name} is ${key}.` }] };
    },
  );

  server.registerTool(
    "newest_people",
    { description: "Lists who came last.", inputSchema: { limit: z.int().min(1).default(5) } },
    async ({ limit }, context) => {
      const { entries } = await byTime.reverseRange(context, { limit });
      const names = entries.map(({ value }) => JSON.stringify(fromBytes(value)));
      return { content: [{ type: "text", text: names.join("\n") || "Nobody yet." }] };
    },
  );
};
