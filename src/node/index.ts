/** What runs in Node: durable servers by HTTP, and the server of the built page. */
export { createServer, type CreateServerOptions } from "./create-server.ts";
export type { RunningServer } from "./serve-host.ts";
export type { Log, LogEntry } from "./log.ts";
export type { EndpointLimits } from "./mcp-endpoint.ts";
export { CannotServeError, requireBuild, servePage, type PageServer } from "./serve-page.ts";
export { PortTakenError } from "./listen.ts";
export { DEFAULT_PORT, parsePort } from "./port.ts";
