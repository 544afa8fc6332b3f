/** What passes between a server's host and a page that inspects it. */
import type { Decision, HostState, Pause, Settings } from "../host/index.ts";
import type { AttachOptions } from "../mcp/index.ts";
import type { Methods } from "../store/remote/index.ts";
import type { Simulated } from "../world/index.ts";

/** The ports between the two. */
export const INSPECT_PORTS = ["store", "ledger", "control", "page", "line"] as const;

export type InspectPort = (typeof INSPECT_PORTS)[number];

/** What is inspected. */
export interface Inspection {
  /** Of the server, for its clients. */
  readonly name: string;
  /** The example that it is, by its name; absent for a tool file. */
  readonly example?: string | undefined;
  /** Where its store is, in words, without a password. */
  readonly where: string;
}

/** The host as it is now. */
export interface HostReport {
  readonly state: HostState;
  readonly serverId: string | undefined;
  readonly isHanging: boolean;
  readonly pauses: readonly Pause[];
}

/** What a page asks of the host. */
export interface ControlCalls {
  inspection(): Promise<Inspection>;
  start(options: { readonly takeOver?: boolean }): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Empties the store and the ledger while no server runs, and starts the next. */
  wipe(): Promise<void>;
  crash(): Promise<void>;
  release(): Promise<void>;
  resume(invocation: string): Promise<void>;
  cancel(invocation: string): Promise<void>;
  simulated(): Promise<readonly Simulated[]>;
  attach(session: number, options: Pick<AttachOptions, "ownCallsOnly">): Promise<string>;
  readSettings(): Promise<Settings>;
  /** They hold at once, for every page. */
  writeSettings(settings: unknown): Promise<void>;
  decide(pause: number, decision: Decision): Promise<void>;
  /** The invocation waits at the first point that it passes, until `stepped` says that its call has ended. */
  stepInto(invocation: string): Promise<void>;
  stepped(invocation: string): Promise<void>;
}

export const CONTROL_CALLS: Methods & Record<keyof ControlCalls, Methods[string]> = {
  inspection: {},
  start: {},
  stop: {},
  restart: {},
  wipe: {},
  crash: {},
  release: {},
  // It waits for the invocation's end.
  resume: { waits: true },
  cancel: {},
  simulated: {},
  attach: {},
  readSettings: {},
  writeSettings: {},
  decide: {},
  stepInto: {},
  stepped: {},
};

/** What the host tells a page. */
export interface InspectorCalls {
  report(report: HostReport): Promise<void>;
  crashed(server: string): Promise<void>;
  /** Another page has set something. */
  settingsChanged(): Promise<void>;
  failed(message: string): Promise<void>;
  /** The server has not answered for so long, in milliseconds; 0 when it answers again. */
  silent(ms: number): Promise<void>;
}

export const INSPECTOR_CALLS: Methods & Record<keyof InspectorCalls, Methods[string]> = {
  report: {},
  crashed: {},
  settingsChanged: {},
  failed: {},
  silent: {},
};

/** Answers a call by work that waits for nothing. */
export async function at(work: () => unknown): Promise<void> {
  await Promise.resolve();
  work();
}
