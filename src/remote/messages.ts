/** What passes between a host and the server that runs at the other end of messages: in a worker, or a process. */
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { Fault, FaultDetail, FaultPoint, Passing } from "../durable/index.ts";
import type { HostSettings } from "../host/index.ts";
import type { AttachOptions } from "../mcp/index.ts";
import type { Simulated } from "../world/index.ts";
import type { Methods } from "../store/remote/index.ts";

/** The ports between the two, in this order. */
export const PORTS = ["store", "ledger", "server", "host", "line"] as const;

export type PortName = (typeof PORTS)[number];

/** One of something for each port. */
export function forEachPort<T>(make: (name: PortName) => T): Record<PortName, T> {
  return {
    store: make("store"),
    ledger: make("ledger"),
    server: make("server"),
    host: make("host"),
    line: make("line"),
  };
}

/** The settings of a server as plain data. */
export type PlainSettings = Omit<HostSettings, "faults">;

/** What the host asks of the server. */
export interface ServerCalls {
  /** Makes the next server, not started. @returns its id */
  make(settings: PlainSettings): Promise<string>;
  start(options: { readonly takeOver?: boolean }): Promise<void>;
  close(): Promise<void>;
  configure(settings: PlainSettings): Promise<void>;
  attach(session: number, options: Pick<AttachOptions, "ownCallsOnly">): Promise<string>;
  release(): Promise<void>;
  resume(invocation: string): Promise<void>;
  cancel(invocation: string): Promise<void>;
  simulated(): Promise<readonly Simulated[]>;
  /** Answers while it is not in a loop without end. @returns whether a call hangs */
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

/** What the server asks of its host. */
export interface HostCalls {
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

export const HOST_CALLS: Methods & Record<keyof HostCalls, Methods[string]> = {
  strike: {},
  pause: {},
  decided: { waits: true },
  ended: {},
  crashed: {},
  flushed: {},
  report: {},
};

/** What passes over the line of the clients' sessions, in both directions. */
export type LineMessage =
  | {
      readonly session: number;
      readonly message: JSONRPCMessage;
      /** The request in whose answer's stream it is sent, where there are such streams. */
      readonly related?: RequestId | undefined;
    }
  | { readonly session: number; readonly lost: RequestId }
  | { readonly session: number; readonly closed: true };
