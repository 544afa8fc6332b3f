/** A worker with what is connected to it, from its first message to its end. */
import type { InspectableStore } from "../store/index.ts";
import {
  Caller,
  methodOf,
  methodsOf,
  respond,
  serveLedger,
  serveStore,
  type ServeOptions,
} from "../store/remote/index.ts";
import type { World } from "../world/index.ts";
import { LOAD_MS, openFrame, workerCode, type FramePool } from "./frame.ts";
import { SessionLine } from "./line.ts";
import { Meter } from "./metered-port.ts";
import { checkStoreCall } from "./store-checks.ts";
import {
  PAGE_CALLS,
  PORTS,
  SERVER_CALLS,
  type Init,
  type PageCalls,
  type ServerCalls,
} from "./messages.ts";

export interface Life {
  readonly server: ServerCalls;
  readonly line: SessionLine;
  /** Of the executions that have passed a point, by `invocation/execution`: aborted when they end. */
  readonly executions: Map<string, AbortController>;
  /** Nothing of it reaches the page any more. */
  readonly end: () => void;
  /** All but its store, which takes what it has recorded. */
  readonly endAllButStore: () => void;
  /** Of the server, once that is made. */
  id: string | undefined;
  /** What it ran in may run another. */
  isSound: boolean;
}

export type Walls = Pick<ServeOptions, "to" | "check">;
const WALLS: Walls = { to: "server", check: checkStoreCall };

export interface LifeOptions {
  readonly init: Init;
  /** The tool file: CommonJS. */
  readonly code: string;
  readonly store: InspectableStore;
  readonly world: World;
  /** Where the sandbox's document is. */
  readonly url: string;
  /** What it may ask of the store and the ledger: as a server does, unless a test takes a wall away. */
  readonly walls: Walls | undefined;
  /** From where its frame is taken, unless it opens one. */
  readonly frames: FramePool | undefined;
  /** What the worker may ask of the page. */
  readonly calls: (life: Life) => PageCalls;
  /** The worker's script failed, or threw where nobody caught it. */
  readonly onError: (life: Life, error: Error) => void;
  /** It sends more than any server has to. */
  readonly onTooMuch: (life: Life, error: Error) => void;
}

/** How much of what a server throws where nobody catches it is reported. */
const MOST_THROWN = 100;

/**
 * Opens a worker. Resolves when its script has run.
 *
 * @throws Error what keeps it from that, which leaves nothing running
 */
export async function openLife({
  init,
  code,
  store,
  world,
  url,
  walls = WALLS,
  frames,
  calls: callsOf,
  onError,
  onTooMuch,
}: LifeOptions): Promise<Life> {
  const script = await workerCode(code);
  const channels = PORTS.map(() => new MessageChannel());
  const meter = new Meter("The server", (why) => onTooMuch(life, new Error(why)));
  const [ofStore, ofLedger, ofServer, ofPage, ofLine] = channels.map(({ port1 }, at) =>
    meter.port(port1, PORTS[at] === "line"),
  );
  if (!ofStore || !ofLedger || !ofServer || !ofPage || !ofLine) throw new Error("No ports.");
  const caller = new Caller({ port: ofServer, methods: SERVER_CALLS });
  caller.name.catch(() => undefined);
  const line = new SessionLine(ofLine);
  const executions = new Map<string, AbortController>();
  const bounds = { ...walls, limit: meter.limit };
  const endStore = serveStore(ofStore, store, bounds);
  const parts: (() => void)[] = [
    serveLedger(ofLedger, world.ledger, bounds),
    () => caller.close(),
    () => line.close(),
    () => {
      for (const execution of executions.values()) execution.abort();
    },
  ];
  /** Over which it says that it has written, and the frame. */
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
      port: ofPage,
      name: "page",
      methods: PAGE_CALLS,
      limit: meter.limit,
      find: (called) => methodOf(calls, called),
    }),
  );
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let thrown = 0;
  let late: ReturnType<typeof setTimeout> | undefined;
  try {
    const frame = await (frames ? frames.take() : openFrame(url));
    last.push(frame.close);
    frame.run({
      code: script,
      init,
      ports: channels.map(({ port2 }) => port2),
      onError: (message) => {
        failed.reject(new Error(message));
        if (!meter.takes(message) || ++thrown > MOST_THROWN) return;
        const more = thrown === MOST_THROWN ? " What else it throws is not reported." : "";
        onError(life, new Error(message + more));
      },
    });
    late = setTimeout(() => failed.reject(new Error("The sandbox did not start.")), LOAD_MS);
    // It speaks when its script has run.
    await Promise.race([caller.name, failed.promise]);
    // One that works is kept.
    if (frames) {
      const give = (): void => (life.isSound ? frames.give(frame) : frame.close());
      last.splice(last.indexOf(frame.close), 1, give);
    }
  } catch (error) {
    life.end();
    throw error;
  } finally {
    clearTimeout(late);
  }
  return life;
}
