import type { Example } from "../example.ts";

export const auditExample: Example = {
  name: "audit",
  title: "Audit logs",
  shows: "A log entry for every execution, by a wrapper or by hand, found again by time.",
  load: async () => ({ ...(await import("./server.ts")), ...(await import("./client.ts")) }),
};
