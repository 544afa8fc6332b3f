/** Books some trips: some flights are full, and then the room is given back. */
import type { ClientScript } from "durable-mcp-playground";

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();

  for (const who of ["Ada", "Grace", "Edsger"]) {
    script.heading(`A trip for ${who}`);
    await script.call("book_trip", { who });
  }

  script.heading("A trip and a retry of it: nothing is booked a second time");
  const { invocation } = await script.call("book_trip", { who: "Barbara" });
  await script.call("book_trip", { who: "Barbara" }, invocation);
}
