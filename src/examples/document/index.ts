import type { Example } from "../example.ts";
import { runClient } from "./client.ts";
import { createServer } from "./server.ts";

export const document: Example = {
  name: "document",
  title: "Document processing",
  shows: "Paid steps at most once, the others at least once, writes by alias, and progress.",
  createServer,
  runClient,
};
