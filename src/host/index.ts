/** A server's life behind one control interface, wherever it runs; and what a server is made from. */
export { LocalHost, type LocalHostOptions } from "./local-host.ts";
export type { HostSettings, HostState, ServerHost } from "./server-host.ts";
export { Stepper, type Breakpoint, type Decision, type Pause, type Stepping } from "./stepper.ts";
export { makeServer, type ServerParts, type ToolFile } from "./tool-file.ts";
export { LivePlan } from "./live-plan.ts";
export {
  faultSchema,
  SETTINGS_KEY,
  settingsSchema,
  type PlannedFault,
  type SavedCall,
  type Settings,
} from "./settings.ts";
