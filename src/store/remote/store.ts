/** The ports of a store and of a ledger over messages. */
import type { ChangeListener } from "../change-feed.ts";
import type { StoreChange } from "../change-message.ts";
import type { DurableStore, InspectableStore } from "../durable-store.ts";
import type { Ledger } from "../ledger.ts";
import { ServerRefusedError, type Entered, type Liveness } from "../liveness.ts";
import { Caller, methodsOf } from "./caller.ts";
import type { Methods, MethodShape, Port } from "./messages.ts";
import { methodOf, respond, type CallCheck, type CallLimit } from "./responder.ts";

type Asynchronous<T> = {
  [Name in keyof T]: T[Name] extends (...args: never[]) => Promise<unknown> ? Name : never;
}[keyof T];

/** What a server needs of the port; a method that is missing here is a type error. */
const SERVER: Record<Exclude<Asynchronous<DurableStore>, "close">, MethodShape> = {
  readInvocation: {},
  readExecutions: {},
  readExecution: {},
  readAnswer: {},
  readInvocations: {},
  readPendingInvocations: {},
  beginExecution: { options: 1 },
  endExecution: { options: 2 },
  interruptInvocations: {},
  holdInvocation: { options: 2 },
  readGuard: {},
  readGuards: {},
  countAttempts: {},
  claimGuard: { options: 1 },
  settleGuard: { options: 1 },
  readEntry: {},
  readRange: {},
  readPairs: {},
  readMapNames: {},
  applyMutation: { options: 1 },
  appendTrace: { options: 1 },
  readTrace: {},
  countHit: { options: 2 },
  readHits: {},
};
/** All that it has. */
const STORE: Record<Asynchronous<InspectableStore>, MethodShape> = {
  ...SERVER,
  readWrite: {},
  readWriteHeaders: {},
  readWrites: {},
  readRangeAt: {},
  trimRecordings: {},
  wipe: {},
  close: {},
};
const LIVENESS: Record<Asynchronous<Liveness>, MethodShape> = {
  enter: { options: 1, outlasts: true },
  living: {},
  untilDead: { signal: 1, waits: true },
};
/** What a server's world needs of a ledger. */
const WORLD = { record: {}, settle: {} };
const LEDGER: Record<Asynchronous<Ledger>, MethodShape> = {
  ...WORLD,
  rows: {},
  tally: {},
  wipe: {},
  close: {},
};

const OF_LIVENESS = "liveness.";
const BESIDE: Methods = {
  ...Object.fromEntries(
    Object.entries(LIVENESS).map(([name, place]) => [OF_LIVENESS + name, place]),
  ),
  announceServer: {},
};
/** What a server calls over a connection to a store and one to a ledger. */
export type ServedMethod =
  keyof typeof SERVER | keyof typeof WORLD | `liveness.${keyof typeof LIVENESS}` | "announceServer";

const STORE_METHODS: Methods = { ...STORE, ...BESIDE };

/** Whom a connection is served to. */
export interface ServeOptions {
  /** `server`: what a server needs, and nothing that inspects, wipes or closes; all unless given. */
  readonly to?: "server";
  readonly limit?: CallLimit;
  readonly check?: CallCheck;
}

/**
 * Serves a connection to a store, which is the other end's own.
 *
 * @returns ends it, as the death of the other end does; the connection is the caller's to close
 */
export function serveStore(
  port: Port,
  store: InspectableStore,
  { to, ...bounds }: ServeOptions = {},
): () => void {
  const served: Liveness = { ...store.liveness, enter: (...args) => enterServed(store, ...args) };
  return respond({
    port,
    name: store.name,
    methods: to === "server" ? { ...SERVER, ...BESIDE } : STORE_METHODS,
    ...bounds,
    find: (name) =>
      name.startsWith(OF_LIVENESS)
        ? methodOf(served, name.slice(OF_LIVENESS.length))
        : methodOf(store, name),
    subscribe: (listener) => store.subscribe(listener),
    tables: ["invocations", "guards", "maps", "trace", "hits"],
  });
}

/**
 * Who executes is at the other end of the messages, where it could not be told in time that its lease has run out.
 *
 * @throws ServerRefusedError where servers live by leases
 */
async function enterServed(
  { liveness }: InspectableStore,
  ...[server, options]: Parameters<Liveness["enter"]>
): Promise<Entered> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const { tookOver, isAlive } = await liveness.enter(server, { ...options, signal });
  if (!isAlive) return { tookOver };
  const refused = new ServerRefusedError(
    "On this store servers live by leases: a server runs in a process with a connection of its own.",
  );
  ended.abort(refused);
  throw refused;
}

/** Serves a connection to a ledger; see `serveStore`. */
export function serveLedger(
  port: Port,
  ledger: Ledger,
  { to, ...bounds }: ServeOptions = {},
): () => void {
  return respond({
    port,
    name: "ledger",
    methods: to === "server" ? WORLD : LEDGER,
    ...bounds,
    find: (name) => methodOf(ledger, name),
    subscribe: (listener) => ledger.subscribe(listener),
    tables: ["ledger"],
  });
}

export interface ConnectOptions {
  /** How many calls are under way at a time; 64 unless given. The others wait at this end. */
  readonly atOnce?: number;
}

/** The store that is served at the port's other end. */
export async function connectStore(
  port: Port,
  options: ConnectOptions = {},
): Promise<InspectableStore> {
  const { caller, subscribe } = connect(port, STORE_METHODS, options);
  return {
    ...(methodsOf(caller, STORE) as Pick<InspectableStore, Asynchronous<InspectableStore>>),
    name: await caller.name,
    liveness: farLiveness(caller),
    announceServer(...args) {
      // Where the port is closed, nobody is left to be notified.
      caller.call("announceServer", args).catch(() => undefined);
    },
    subscribe,
    close: closing(caller),
  };
}

/** The ledger that is served at the port's other end. */
export async function connectLedger(port: Port, options: ConnectOptions = {}): Promise<Ledger> {
  const { caller, subscribe } = connect(port, LEDGER, options);
  await caller.name;
  return {
    ...(methodsOf(caller, LEDGER) as Pick<Ledger, Asynchronous<Ledger>>),
    subscribe,
    close: closing(caller),
  };
}

function farLiveness(caller: Caller): Liveness {
  const liveness = methodsOf(caller, LIVENESS, OF_LIVENESS) as unknown as Liveness;
  return {
    ...liveness,
    // Nobody loses a lease here; a function could not be sent.
    enter: (server, { lost: _, ...options }) => liveness.enter(server, options),
  };
}

function connect(port: Port, methods: Methods, options: ConnectOptions) {
  const listeners = new Set<ChangeListener>();
  const onChange = (change: StoreChange): void => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        // A listener's own fault must not keep the others from being notified.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };
  const caller = new Caller({ port, methods, onChange, ...options });
  const subscribe = (listener: ChangeListener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { caller, subscribe };
}

/** Closes the connection at the other end, and then the port; what is closed stays so. */
function closing(caller: Caller): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    if (caller.isClosed) return;
    try {
      await caller.call("close", []);
    } finally {
      caller.close();
    }
  };
  return () => (closed ??= close());
}
