import type { Example } from "../example.ts";

export const define: Example = {
  name: "define",
  title: "Glossary",
  shows: "All of create, read, update and delete, over three indexes, with exact prefix search.",
  load: async () => ({ ...(await import("./server.ts")), ...(await import("./client.ts")) }),
};
