/** Durable servers in Node, by HTTP. */
export { createServer, type CreateServerOptions } from "./create-server.ts";
export type { RunningServer } from "./serve-host.ts";
export type { Log, LogEntry } from "./log.ts";
export type { EndpointLimits } from "./mcp-endpoint.ts";
export { PortTakenError } from "./listen.ts";
export { DEFAULT_PORT, parsePort } from "./port.ts";
