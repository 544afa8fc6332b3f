import type { Example } from "../example.ts";
import { runClient } from "./client.ts";
import { createServer } from "./server.ts";

export const auditExample: Example = {
  name: "audit",
  title: "Audit logs",
  shows: "A log entry for every execution, by a wrapper or by hand, found again by time.",
  createServer,
  runClient,
};
