import type { Example } from "../example.ts";
import { runClient } from "./client.ts";
import { createServer } from "./server.ts";

export const processing: Example = {
  name: "processing",
  title: "Payment processing",
  shows: "A payment that is charged at most once, whatever fails on the way.",
  createServer,
  runClient,
};
