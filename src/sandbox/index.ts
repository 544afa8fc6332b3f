/** A person's own server, in a worker apart from the page. */
export { SandboxHost, type SandboxHostOptions } from "./sandbox-host.ts";
export { runClientScript } from "./client-run.ts";
export { checkServerCall } from "./store-checks.ts";
export { FramePool } from "./frame.ts";
export { toolFileSchema, type ToolFileState } from "./tool-file.ts";
export { functionNamed, functionsOf } from "./exported.ts";
export { MODULES } from "./modules.ts";
