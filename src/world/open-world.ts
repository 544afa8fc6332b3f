import { openLedger, type OpenOptions } from "../store/indexeddb/index.ts";
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
  const [ledger, { simulateServices }] = await Promise.all([
    openLedger(options),
    import("./services.ts"),
  ]);
  const world = new World(ledger, { seed, clock, latencyMs, effects });
  simulateServices(world);
  return world;
}
