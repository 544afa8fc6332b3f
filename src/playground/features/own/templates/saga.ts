/** A saga of two services: a room and a flight, or neither. */
import { atMostOnce, effect, EffectRefused } from "durable-mcp-playground";
import type { DurableContext, DurableMcpServer, World } from "durable-mcp-playground";
import { z } from "zod";

const booked = z.object({ id: z.string() });

export default (server: DurableMcpServer, world: World) => {
  world.simulate("hotel.book", { answers: [{ id: "room 7" }] });
  world.simulate("hotel.cancel", { answers: [{ id: "room 7" }] });
  // One flight in two is full.
  world.simulate("airline.book", {
    perform: (_request, draw) => {
      if (draw() < 0.5) throw new EffectRefused("The flight is full.");
      return { id: "seat 3A" };
    },
  });

  server.registerTool(
    "book_trip",
    {
      description: "Books a room and a flight. Where the flight is full, the room is cancelled.",
      inputSchema: { who: z.string().default("Ada") },
    },
    async ({ who }, context) => {
      const room = await once("room", context, "hotel.book", { who });
      try {
        const seat = await once("seat", context, "airline.book", { who });
        return { content: [{ type: "text", text: `${who}: ${room.id}, ${seat.id}.` }] };
      } catch (error) {
        await once("no room", context, "hotel.cancel", { id: room.id });
        const why = error instanceof Error ? error.message : String(error);
        return { content: [{ type: "text", text: `No trip. ${why}` }], isError: true };
      }
    },
  );
};

/** Each step is a guard of its own: a resumed call does no step again. */
function once(
  alias: string,
  context: DurableContext,
  name: `${string}.${string}`,
  request: object,
) {
  return atMostOnce(
    alias,
    context,
    (inner) => effect(inner, name, request, () => Promise.reject(new Error("Simulated only."))),
    { schema: booked },
  );
}
