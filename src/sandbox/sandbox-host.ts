/** A server of a person's own, in a worker of its own origin. */
import { RemoteHost, type RemoteHostOptions } from "../remote/index.ts";
import type { World } from "../world/index.ts";
import type { FramePool } from "./frame.ts";
import { openWorkerLife, type Walls } from "./life.ts";

export interface SandboxHostOptions extends Omit<RemoteHostOptions, "open"> {
  readonly name: string;
  /** By which name the file exports it; `default` unless given. */
  readonly export?: string;
  /** The tool file as it is now: CommonJS. It may throw what is wrong in it. */
  readonly code: () => string | Promise<string>;
  readonly world: World;
  /** Where the sandbox's document is; beside the page's own unless given. */
  readonly url?: string;
  /** From where frames are taken, and to where they are given back; each worker has one of its own unless given. */
  readonly frames?: FramePool;
  /** What the worker may ask of the store and the ledger: what a server does, unless a test takes a wall away. */
  readonly walls?: Walls;
}

export class SandboxHost extends RemoteHost {
  constructor(options: SandboxHostOptions) {
    const { name, export: exported = "default", code, url = "./sandbox.html" } = options;
    const { store, world, frames, walls } = options;
    super({
      ...options,
      open: async (hooks) =>
        await openWorkerLife({
          init: { name, export: exported },
          code: await code(),
          store,
          world,
          url,
          walls,
          frames,
          ...hooks,
        }),
    });
  }
}
