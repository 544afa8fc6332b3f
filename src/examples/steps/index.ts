import type { Example } from "../example.ts";

export const steps: Example = {
  name: "steps",
  title: "Two steps",
  shows: "Two steps at least once: a crash between them repeats only the second.",
  load: async () => ({ ...(await import("./server.ts")), ...(await import("./client.ts")) }),
};
