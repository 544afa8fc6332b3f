/** A worker with what is connected to it, from its first message to its end. */
import { connectLife, forEachPort, PORTS, type Life, type LifeHooks } from "../remote/index.ts";
import { within, type InspectableStore } from "../store/index.ts";
import type { ServeOptions } from "../store/remote/index.ts";
import type { World } from "../world/index.ts";
import { LOAD_MS, openFrame, workerCode, type FramePool } from "./frame.ts";
import type { Init } from "./messages.ts";
import { Meter } from "./metered-port.ts";
import { checkStoreCall } from "./store-checks.ts";

export type Walls = Pick<ServeOptions, "to" | "check">;
const WALLS: Walls = { to: "server", check: checkStoreCall };

export interface WorkerLifeOptions extends LifeHooks {
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
}

/** How much of what a server throws where nobody catches it is reported. */
const MOST_THROWN = 100;

/**
 * Opens a worker. Resolves when its script has run.
 *
 * @throws Error what keeps it from that, which leaves nothing running
 */
export async function openWorkerLife({
  init,
  code,
  store,
  world,
  url,
  walls = WALLS,
  frames,
  calls,
  onError,
  onFailed,
}: WorkerLifeOptions): Promise<Life> {
  const script = await workerCode(code);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const channels = forEachPort(() => new MessageChannel());
  const meter = new Meter("The server", (why) => {
    failed.reject(new Error(why));
    onFailed(life, new Error(why));
  });
  const ports = forEachPort((name) => meter.port(channels[name].port1, name === "line"));
  let release: (life: Life) => void = () => undefined;
  const { life, hello } = connectLife({
    ports,
    kept: { store, ledger: world.ledger },
    bounds: { ...walls, limit: meter.limit },
    calls,
    release: (life) => release(life),
  });
  let thrown = 0;
  try {
    const frame = await (frames ? frames.take() : openFrame(url));
    release = frame.close;
    frame.run({
      code: script,
      init,
      ports: PORTS.map((name) => channels[name].port2),
      onError: (message) => {
        failed.reject(new Error(message));
        if (!meter.takes(message) || ++thrown > MOST_THROWN) return;
        const more = thrown === MOST_THROWN ? " What else it throws is not reported." : "";
        onError(life, new Error(message + more));
      },
    });
    // It speaks when its script has run.
    await within(LOAD_MS, "The sandbox did not start.", [hello, failed.promise]);
    // One that works is kept.
    if (frames) release = ({ isSound }) => (isSound ? frames.give(frame) : frame.close());
  } catch (error) {
    life.end();
    throw error;
  }
  return life;
}
