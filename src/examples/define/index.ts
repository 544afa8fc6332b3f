import type { Example } from "../example.ts";
import { runClient } from "./client.ts";
import { createServer } from "./server.ts";

export const define: Example = {
  name: "define",
  title: "Glossary",
  shows: "All of create, read, update and delete, over three indexes, with exact prefix search.",
  createServer,
  runClient,
};
