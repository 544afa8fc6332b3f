import type { Example } from "../example.ts";
import { runClient } from "./client.ts";
import { createServer } from "./server.ts";

export const steps: Example = {
  name: "steps",
  title: "Two steps",
  shows: "Two steps at least once: a crash between them repeats only the second.",
  createServer,
  runClient,
};
