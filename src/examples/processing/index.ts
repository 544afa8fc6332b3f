import type { Example } from "../example.ts";

export const processing: Example = {
  name: "processing",
  title: "Payment processing",
  shows: "A payment that is charged at most once, whatever fails on the way.",
  load: async () => ({ ...(await import("./server.ts")), ...(await import("./client.ts")) }),
};
