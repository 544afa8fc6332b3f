/** What a server is made with. */
import type { Clock, EffectPort, FaultInjector, RetryPolicy } from "../durable/index.ts";
import type { DurableStore } from "../store/index.ts";

/** What may change while a server runs: an execution keeps what it began with. */
export interface ServerSettings {
  readonly faults?: FaultInjector | undefined;
  readonly retryPolicy?: Partial<RetryPolicy>;
  /** `hold` leaves interrupted invocations for `resume`. */
  readonly resume?: "automatic" | "hold";
  /** `off` runs every guarded callable without any record, to show what guards are for. */
  readonly guards?: "on" | "off";
  /** Run every at-least-once callable twice and report what differs. */
  readonly effectValidation?: boolean;
}

/** What a server is made with; all but the store may be left out. */
export interface DurableMcpServerOptions extends ServerSettings {
  readonly store: DurableStore;
  /** What does the effects of its tools: a `World`. Without it they are performed, and stand in the trace alone. */
  readonly effects?: EffectPort | undefined;
  readonly clock?: Clock;
  /** For the jitter of delays: a number in [0, 1). */
  readonly random?: () => number;
  /** Makes the ids of servers, sessions, invocations and audit entries: UUIDv7. */
  readonly newId?: () => string;
  /** Called with what failed outside of any call: a trace that could not be written, for instance. */
  readonly onError?: (error: unknown) => void;
}

/** How a client is served. */
export interface AttachOptions {
  /** The client is asked, and notified, of its own calls only: of no resumption, and of no other client's. */
  readonly ownCallsOnly?: boolean;
  /** Makes the client believe that its request timed out. */
  readonly loseResponse?: (requestId: string | number) => void;
}

/** Where a server is in its life: `crashed` and `closed` are ends. */
export type ServerState = "stopped" | "starting" | "running" | "crashed" | "closed";
