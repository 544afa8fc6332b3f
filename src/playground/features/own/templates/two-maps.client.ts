/** Adds people, and lists who came last. */
import type { ClientScript } from "durable-mcp-playground";

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();

  script.heading("People are added to both maps");
  for (const name of ["Ada", "Grace"]) await script.call("add_person", { name });

  script.heading("A retry of a call finds the key that was chosen");
  const { invocation } = await script.call("add_person", { name: "Barbara" });
  await script.call("add_person", { name: "Barbara" }, invocation);
  await script.call("newest_people", {});
}
