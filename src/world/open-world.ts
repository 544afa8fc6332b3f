import { openLedger, type OpenOptions } from "../store/indexeddb/index.ts";
import { World, type WorldSettings } from "./world.ts";

/** Which database the ledger is in, and how the world behaves. */
export interface WorldOptions extends OpenOptions, WorldSettings {}

/** Opens the world whose ledger is the database `name`. */
export async function openWorld({
  seed,
  clock,
  latencyMs,
  effects,
  ...options
}: WorldOptions): Promise<World> {
  return new World(await openLedger(options), { seed, clock, latencyMs, effects });
}
