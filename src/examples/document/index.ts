import type { Example } from "../example.ts";

export const document: Example = {
  name: "document",
  title: "Document processing",
  shows: "Paid steps at most once, the others at least once, writes by alias, and progress.",
  load: async () => ({ ...(await import("./server.ts")), ...(await import("./client.ts")) }),
};
