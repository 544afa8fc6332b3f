/** Runs the glossary server end to end: create, read, update, delete, and every index. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { callTool, listTools } from "../client-script.ts";
import type { Print } from "../example.ts";

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

export async function runClient(client: Client, print: Print): Promise<void> {
  await listTools(client, print);

  print({ kind: "heading", text: "Terms are added" });
  for (const term of TERMS) await callTool(client, print, "add_term", term);

  print({ kind: "heading", text: "One is looked up, in another letter case, and replaced" });
  await callTool(client, print, "define", { term: "DURABLE" });
  const better = { term: "durable", definition: "Lasting.", category: "storage" };
  await callTool(client, print, "add_term", better);

  print({ kind: "heading", text: "The indexes: by name, by prefix, by category, by time" });
  await callTool(client, print, "list_terms", { start_with: "e" });
  await callTool(client, print, "search_terms", { prefix: "DUR" });
  await callTool(client, print, "search_terms", { prefix: "STRASS" });
  await callTool(client, print, "browse_category", { category: "Storage" });
  await callTool(client, print, "recent_terms", { limit: 3 });

  print({ kind: "heading", text: "One is removed" });
  await callTool(client, print, "remove_term", { term: "Duration" });
  await callTool(client, print, "define", { term: "Duration" });
  await callTool(client, print, "remove_term", { term: "Duration" });
  await callTool(client, print, "list_terms", {});
}
