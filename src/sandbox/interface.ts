/** What a person's own tools import: the programming interface without what opens databases (docs/spec.md, 2). */
export * from "../durable/index.ts";
export { DurableMcpServer, structured } from "../mcp/index.ts";
export * from "../world/index.ts";
export { stableId, type Answer } from "../examples/index.ts";
export type { OwnScript as ClientScript } from "./messages.ts";
