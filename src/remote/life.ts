/** A server at the other end of messages with what is connected to it, from its first message to its end. */
import type { InspectableStore, Ledger } from "../store/index.ts";
import {
  Caller,
  methodOf,
  methodsOf,
  respond,
  serveLedger,
  serveStore,
  type Port,
  type ServeOptions,
} from "../store/remote/index.ts";
import { SessionLine } from "./line.ts";
import {
  HOST_CALLS,
  SERVER_CALLS,
  type HostCalls,
  type PortName,
  type ServerCalls,
} from "./messages.ts";

export interface Life {
  readonly server: ServerCalls;
  readonly line: SessionLine;
  /** Of the executions that have passed a point, by `invocation/execution`: aborted when they end. */
  readonly executions: Map<string, AbortController>;
  /** Nothing of it reaches this side any more, and what it runs in is ended. */
  readonly end: () => void;
  /** All but its store, which takes what it has recorded. */
  readonly endAllButStore: () => void;
  /** Of the server, once that is made. */
  id: string | undefined;
  /** What it ran in may run another. */
  isSound: boolean;
}

/** What a host makes of what a server does. */
export interface LifeHooks {
  readonly calls: (life: Life) => HostCalls;
  /** Something was thrown where nobody caught it: it goes on. */
  readonly onError: (life: Life, error: Error) => void;
  /** It is dead, or does what no server has to. */
  readonly onFailed: (life: Life, error: Error) => void;
}

/**
 * Opens what a server runs in. Resolves when it can be told to make one.
 *
 * @throws Error what keeps it from that, which leaves nothing running
 */
export type OpenLife = (hooks: LifeHooks) => Promise<Life>;

export interface LifeParts {
  readonly ports: Readonly<Record<PortName, Port>>;
  /** Absent where it opens a database of its own. */
  readonly kept?: { readonly store: InspectableStore; readonly ledger: Ledger };
  /** What may be asked of them, and how much at a time. */
  readonly bounds?: ServeOptions;
  readonly calls: LifeHooks["calls"];
  /** Ends what it runs in, last of all. */
  readonly release: (life: Life) => void;
}

/** @returns the life, and what resolves when the other end speaks */
export function connectLife({ ports, kept, bounds = {}, calls: callsOf, release }: LifeParts): {
  readonly life: Life;
  readonly hello: Promise<unknown>;
} {
  const caller = new Caller({ port: ports.server, methods: SERVER_CALLS });
  const line = new SessionLine(ports.line);
  const executions = new Map<string, AbortController>();
  const endStore = kept ? serveStore(ports.store, kept.store, bounds) : () => undefined;
  const parts: (() => void)[] = [
    ...(kept ? [serveLedger(ports.ledger, kept.ledger, bounds)] : []),
    () => caller.close(),
    () => line.close(),
    () => {
      for (const execution of executions.values()) execution.abort();
    },
  ];
  /** Over which it says that it has written, and what it runs in. */
  const last: (() => void)[] = [];
  const life: Life = {
    server: methodsOf(caller, SERVER_CALLS) as unknown as ServerCalls,
    line,
    executions,
    end: () => {
      endStore();
      for (const end of [...parts.splice(0), ...last.splice(0)]) end();
    },
    endAllButStore: () => {
      for (const end of parts.splice(0)) end();
    },
    id: undefined,
    isSound: true,
  };
  const calls = callsOf(life);
  last.push(
    respond({
      port: ports.host,
      name: "host",
      methods: HOST_CALLS,
      ...(bounds.limit ? { limit: bounds.limit } : {}),
      find: (called) => methodOf(calls, called),
    }),
    () => release(life),
  );
  return { life, hello: caller.name };
}
