import {
  cleanRun,
  hostOfTools,
  pairsOf,
  placesOf,
  problemsOf,
  singleFaults,
  sweep,
  type CaseResult,
  type Scenario,
} from "../explore/index.ts";
import type { ToolFile } from "../host/index.ts";

/** What lasts longer hangs, in milliseconds: so long that a loaded machine hangs nothing. */
const ROUND_MS = 30_000;

/** What is swept. */
export interface SweptCall extends Pick<Scenario, "tool" | "before" | "roundMs"> {
  readonly tools: ToolFile;
  /** None unless given. */
  readonly args?: Scenario["args"];
  /** `on` unless given. */
  readonly guards?: "on" | "off";
  /** Also every two failures together, with which there are many more cases. */
  readonly pairs?: boolean;
}

/** What became of a call under each failure. */
export interface Swept {
  /** In the order of the fault points that the call passes. Each has its verdict. */
  readonly cases: readonly CaseResult[];
  /** Which cases break what guards promise, and how, in words; empty where every promise is kept. */
  readonly problems: readonly string[];
}

/**
 * Makes a call once for every fault point that it passes and every kind of failure, each on a store and a
 * ledger of its own, in memory, with restarts and retries until the client has its answer; and judges each
 * by what the guards promise. Its effects are simulated, and delays take no time.
 *
 * @throws Error where the call without any failure does not get its answer
 */
export async function sweepCall({
  tools,
  args = {},
  guards = "on",
  pairs = false,
  ...call
}: SweptCall): Promise<Swept> {
  const scenario: Scenario = { roundMs: ROUND_MS, ...call, args, guards, host: hostOfTools(tools) };
  const clean = await cleanRun(scenario, "clean");
  const singles = singleFaults(placesOf(clean.passes));
  const all = pairs ? [...singles, ...pairsOf(singles)] : singles;
  const cases = await sweep(scenario, clean, all, { prefix: "case" });
  return { cases, problems: problemsOf(cases) };
}
