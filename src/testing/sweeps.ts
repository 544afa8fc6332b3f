/** What tests of the sweep share. */
import { expect, onTestFinished } from "vitest";
import {
  cleanRun,
  describeEnd,
  onIndexedDb,
  pairsOf,
  placesOf,
  singleFaults,
  sweep,
  type CaseResult,
  type Scenario,
} from "../explore/index.ts";

/** The databases of a sweep go after the test. */
export function leave(prefix: string, results: readonly CaseResult[]): void {
  onTestFinished(() => {
    for (const name of [prefix, ...results.map(({ run }) => run.name)]) {
      indexedDB.deleteDatabase(name);
      indexedDB.deleteDatabase(`${name}-ledger`);
    }
  });
}

/** Every failure of a call that succeeds without any, or every two. */
export async function explore(scenario: Scenario, { pairs = false } = {}) {
  const prefix = `explore-${crypto.randomUUID()}`;
  const clean = await cleanRun({ ...scenario, around: (store) => store }, prefix, onIndexedDb);
  expect(describeEnd(clean.end)).toBe("success");
  const singles = singleFaults(placesOf(clean.passes));
  const cases = pairs ? pairsOf(singles) : singles;
  const results = await sweep(scenario, clean, cases, { prefix, check: onIndexedDb });
  leave(prefix, results);
  return { clean, results, prefix };
}
