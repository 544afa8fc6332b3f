/** What passes between the page and the worker in which a person's own server runs. */
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { Fault, FaultDetail, FaultPoint, Passing } from "../durable/index.ts";
import type { Answer, ClientScript } from "../examples/index.ts";
import type { HostSettings } from "../host/index.ts";
import type { AttachOptions } from "../mcp/index.ts";
import type { Simulated } from "../world/index.ts";
import type { Methods } from "../store/remote/index.ts";

/** The ports that a worker is given, in this order. */
export const PORTS = ["store", "ledger", "server", "page", "line"] as const;

/** What a worker is made with. */
export interface Init {
  /** Of the server, for its clients. */
  readonly name: string;
  /** By which name the tool file exports it. */
  readonly export: string;
}

/** What a worker is made with that runs a client script: by which of these names it is exported. */
export interface ClientInit {
  readonly exports: readonly string[];
}

/** The settings of a server as plain data. */
export type SandboxSettings = Omit<HostSettings, "faults">;

/** What the page asks of the worker. */
export interface ServerCalls {
  /** Makes the next server, not started. @returns its id */
  make(settings: SandboxSettings): Promise<string>;
  start(options: { readonly takeOver?: boolean }): Promise<void>;
  close(): Promise<void>;
  configure(settings: SandboxSettings): Promise<void>;
  attach(session: number, options: Pick<AttachOptions, "ownCallsOnly">): Promise<string>;
  release(): Promise<void>;
  resume(invocation: string): Promise<void>;
  cancel(invocation: string): Promise<void>;
  simulated(): Promise<readonly Simulated[]>;
  /** Answers while the worker is not in a loop without end. @returns whether a call hangs */
  ping(): Promise<boolean>;
}

export const SERVER_CALLS: Methods & Record<keyof ServerCalls, Methods[string]> = {
  make: {},
  start: {},
  close: {},
  configure: {},
  attach: {},
  release: {},
  // It waits for the invocation's end.
  resume: { waits: true },
  cancel: {},
  simulated: {},
  ping: { waits: true },
};

/** A fault as plain data: its class of errors by name. */
export interface PlainFault extends Omit<Fault, "error"> {
  readonly error?: string;
}

/** What the worker asks of the page. */
export interface PageCalls {
  strike(point: FaultPoint, detail: FaultDetail): Promise<PlainFault | undefined>;
  /** @returns the number under which the pause is asked for with `decided`, where the call pauses */
  pause(passing: Passing): Promise<number | undefined>;
  /** Waits for the person. */
  decided(pause: number): Promise<PlainFault | undefined>;
  /** Nothing of the execution waits any more. */
  ended(invocation: string, execution: number): Promise<void>;
  /** At once. */
  crashed(): Promise<void>;
  /** After a crash: what was recorded before it is written. */
  flushed(): Promise<void>;
  report(message: string): Promise<void>;
}

export const PAGE_CALLS: Methods & Record<keyof PageCalls, Methods[string]> = {
  strike: {},
  pause: {},
  decided: { waits: true },
  ended: {},
  crashed: {},
  flushed: {},
  report: {},
};

/** What the page asks of a worker that has a client script. */
export interface ClientCalls {
  /** Resolves when the script has ended. */
  run(): Promise<void>;
}

export const CLIENT_CALLS: Methods & Record<keyof ClientCalls, Methods[string]> = {
  run: { waits: true },
};

/** What a client script asks of the page, whose client calls the tools. */
export interface ScriptCalls {
  heading(text: string): Promise<void>;
  note(text: string): Promise<void>;
  listTools(): Promise<void>;
  call(name: string, args: Record<string, unknown>, invocation?: string): Promise<Answer>;
}

export const SCRIPT_CALLS: Methods & Record<keyof ScriptCalls, Methods[string]> = {
  heading: {},
  note: {},
  listTools: {},
  call: {},
};

/** What a client script is given. */
export type OwnScript = Pick<ClientScript, "heading" | "note" | "listTools" | "call">;

/** What passes over the line of the clients' sessions, in both directions. */
export type LineMessage =
  | { readonly session: number; readonly message: JSONRPCMessage }
  | { readonly session: number; readonly lost: RequestId }
  | { readonly session: number; readonly closed: true };
