/** A person's own server, in a worker apart from the page. */
export { SandboxHost, SILENT_MS, type SandboxHostOptions } from "./sandbox-host.ts";
