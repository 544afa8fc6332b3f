/** Runs the glossary server end to end: create, read, update, delete, and every index. */
import type { ClientScript } from "../client-script.ts";

const TERMS = [
  { term: "Durable", definition: "Not lost in a crash.", category: "storage" },
  { term: "Duration", definition: "How long it takes." },
  { term: "Idempotent", definition: "The same, done twice.", category: "calls" },
  {
    term: "Straße",
    definition: "Street, in German.",
    category: "words",
    examples: ["Hauptstraße"],
  },
];

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();

  script.heading("Terms are added");
  for (const term of TERMS) await script.call("add_term", term);

  script.heading("One is looked up, in another letter case, and replaced");
  await script.call("define", { term: "DURABLE" });
  const better = { term: "durable", definition: "Lasting.", category: "storage" };
  await script.call("add_term", better);

  script.heading("The indexes: by name, by prefix, by category, by time");
  await script.call("list_terms", { start_with: "e" });
  await script.call("search_terms", { prefix: "DUR" });
  await script.call("search_terms", { prefix: "STRASS" });
  await script.call("browse_category", { category: "Storage" });
  await script.call("recent_terms", { limit: 3 });

  script.heading("One is removed");
  await script.call("remove_term", { term: "Duration" });
  await script.call("define", { term: "Duration" });
  await script.call("remove_term", { term: "Duration" });
  await script.call("list_terms", {});
}
