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
import type { OpenEngine } from "./engine.ts";

export type { Engine } from "./engine.ts";

export function storeContract(open: OpenEngine): void {
  describe("the journal", () => journalContract(open));
  describe("guards", () => guardContract(open));
  describe("fencing", () => fencingContract(open));
  describe("sorted maps", () => mapContract(open));
  describe("a map's history", () => historyContract(open));
  describe("recordings", () => recordingContract(open));
  describe("connections", () => connectionContract(open));
  describe("the ledger", () => ledgerContract(open));
}
