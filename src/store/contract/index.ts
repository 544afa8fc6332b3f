/** What every engine must do: each engine's `contract.test.ts` runs it. */
import { describe } from "vitest";
import { connectionContract } from "./connections.ts";
import { fencingContract } from "./fencing.ts";
import { guardContract } from "./guards.ts";
import { historyContract } from "./history.ts";
import { journalContract } from "./journal.ts";
import { ledgerContract } from "./ledger.ts";
import { mapContract } from "./maps.ts";
import { recordingContract } from "./recordings.ts";
import type { Engine } from "./engine.ts";

export type { Engine } from "./engine.ts";

export function storeContract(engine: Engine): void {
  describe("the journal", () => journalContract(engine));
  describe("guards", () => guardContract(engine));
  describe("fencing", () => fencingContract(engine));
  describe("sorted maps", () => mapContract(engine));
  describe("a map's history", () => historyContract(engine));
  describe("recordings", () => recordingContract(engine));
  describe("connections", () => connectionContract(engine));
  describe("the ledger", () => ledgerContract(engine));
}
