import { openLedger, type OpenOptions } from "../store/indexeddb/index.ts";
import { simulateServices } from "./services.ts";
import { World, type WorldSettings } from "./world.ts";

export interface WorldOptions extends OpenOptions, WorldSettings {}

/** Opens the world whose ledger is the database `name`, with the examples' services simulated in it. */
export async function openWorld({
  seed,
  clock,
  latencyMs,
  effects,
  ...options
}: WorldOptions): Promise<World> {
  const world = new World(await openLedger(options), { seed, clock, latencyMs, effects });
  simulateServices(world);
  return world;
}
