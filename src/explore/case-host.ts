/** Where the servers of a case run. */
import { skippingClock } from "../durable/index.ts";
import {
  LocalHost,
  makeServer,
  type HostSettings,
  type ServerHost,
  type ToolFile,
} from "../host/index.ts";
import type { InspectableStore } from "../store/index.ts";
import type { World } from "../world/index.ts";

export interface CaseParts {
  readonly store: InspectableStore;
  readonly world: World;
  readonly settings: HostSettings;
  readonly onCrash: () => void;
}

/** Opens what runs one case's servers, one after the other. */
export type OpenHost = (parts: CaseParts) => ServerHost;

/** Servers with the tools of a file, in this thread. */
export function hostOfTools(register: ToolFile): OpenHost {
  return ({ store, world, settings, onCrash }) =>
    new LocalHost({
      settings,
      make: (settings) =>
        makeServer({ name: "explore", version: "1.0.0" }, register, {
          store,
          world,
          clock: skippingClock,
          // No jitter: a case run again is the same case.
          random: () => 0,
          ...settings,
        }),
      onCrash,
    });
}
