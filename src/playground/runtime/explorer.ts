/** The sweep that a person runs: one at a time for the page, kept while its runs are looked at. */
import { uuidv7, uuidv7Time } from "../../durable/index.ts";
import type { Example } from "../../examples/index.ts";
import {
  judge,
  outcomeOf,
  pairsOf,
  placesOf,
  runCase,
  shrink,
  singleFaults,
  sweep,
  type CaseResult,
  type CaseRun,
  type Place,
  type Scenario,
} from "../../explore/index.ts";
import { deleteDatabases } from "../../store/index.ts";
import { sweepOf } from "./scratch.ts";
import { asError } from "./state-cell.ts";

export interface ExploreRequest {
  readonly example: Example;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Calls that are made first, without faults: what the tool is to find. */
  readonly before: NonNullable<Scenario["before"]>;
  /** Also every two faults together, with the guards on. */
  readonly pairs: boolean;
}

export interface ExploreState {
  readonly phase: "idle" | "running" | "done" | "cancelled" | "failed";
  readonly request?: ExploreRequest;
  /** Where a clean call passes a fault point, in order. */
  readonly places: readonly Place[];
  /** What a clean call comes to, in a word. */
  readonly cleanOutcome?: string;
  /** How many cases there are, and how many were run. */
  readonly total: number;
  readonly done: number;
  readonly on: readonly CaseResult[];
  readonly off: readonly CaseResult[];
  /** How many pairs were run, and those that broke a promise, with the fewest of their faults that do. */
  readonly pairs: number;
  readonly brokenPairs: readonly { readonly found: CaseResult; readonly shrunk: CaseResult }[];
  readonly tookMs?: number;
  /** Why it could not be run. */
  readonly error?: string;
}

const NOTHING = {
  places: [],
  total: 0,
  done: 0,
  on: [],
  off: [],
  pairs: 0,
  brokenPairs: [],
} as const;

/** What a tab left behind is cleared away by a later sweep, in milliseconds. */
const KEPT_MS = 24 * 3600 * 1000;

class Explorer {
  #state: ExploreState = { phase: "idle", ...NOTHING };
  readonly #listeners = new Set<() => void>();
  #stop: AbortController | undefined;
  /** Of the last sweep. */
  #prefix: string | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): ExploreState => this.#state;

  /** Runs a sweep, in place of the one before; its runs stay to be looked at until the next. */
  async run(request: ExploreRequest): Promise<void> {
    if (this.#state.phase === "running") return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#replace({ phase: "running", request, ...NOTHING });
    const begun = performance.now();
    try {
      await this.#clear();
      await this.#run(request, stop.signal);
      const tookMs = performance.now() - begun;
      this.#set({ phase: stop.signal.aborted ? "cancelled" : "done", tookMs });
    } catch (error) {
      this.#set({ phase: "failed", error: asError(error).message });
    }
  }

  /** Ends the sweep after the cases that are under way. */
  cancel(): void {
    this.#stop?.abort();
  }

  async #run(
    { example, tool, args, before, pairs }: ExploreRequest,
    signal: AbortSignal,
  ): Promise<void> {
    const { createServer } = await example.load();
    const prefix = `explore-${uuidv7()}`;
    this.#prefix = prefix;
    const scenario: Scenario = { createServer, tool, args, before, guards: "on" };
    const clean = await runCase(scenario, [], `${prefix}-clean`);
    if (clean.end.type === "refused") throw new Error(clean.end.message);
    if (clean.end.type === "hanging") throw new Error(`A clean call of ${tool} never ends.`);
    const { problems } = judge(clean, clean);
    if (problems.length > 0)
      throw new Error(`A clean call breaks a promise: ${problems.join(" ")}`);
    if (clean.invocation === undefined) {
      throw new Error(`The call never reached ${tool}: ${refusalOf(clean)}`);
    }
    const places = placesOf(clean.passes);
    const singles = singleFaults(places);
    const both = pairs ? pairsOf(singles) : [];
    this.#set({
      places,
      cleanOutcome: outcomeOf(clean.end),
      total: singles.length * 2 + both.length,
    });
    for (const guards of ["on", "off"] as const) {
      await sweep({ ...scenario, guards }, clean, singles, {
        prefix: `${prefix}-${guards}`,
        signal,
        onResult: (result) =>
          this.#set({ done: this.#state.done + 1, [guards]: [...this.#state[guards], result] }),
      });
    }
    await sweep(scenario, clean, both, {
      prefix: `${prefix}-pair`,
      signal,
      onResult: (found) => {
        const { verdict, run } = found;
        this.#set({ done: this.#state.done + 1, pairs: this.#state.pairs + 1 });
        // There are hundreds, and those that hold are not looked at.
        // What cannot be deleted now is cleared away by a later sweep.
        if (verdict.holds) deleteDatabases((name) => isOf(name, run.name)).catch(() => undefined);
        else this.#set({ brokenPairs: [...this.#state.brokenPairs, { found, shrunk: found }] });
      },
    });
    for (const [index, { found }] of this.#state.brokenPairs.entries()) {
      const shrunk = await shrink(scenario, clean, found, `${found.run.name}-fewer`, signal);
      const brokenPairs = this.#state.brokenPairs.with(index, { found, shrunk });
      this.#set({ brokenPairs });
    }
  }

  /** Deletes the runs of the last sweep, and what other tabs have left long ago. */
  async #clear(): Promise<void> {
    const last = this.#prefix;
    await deleteDatabases((name) => {
      const id = sweepOf(name);
      if (id === undefined) return false;
      return name.startsWith(last ?? "?") || uuidv7Time(id) < Date.now() - KEPT_MS;
    });
  }

  #set(change: Partial<ExploreState>): void {
    this.#replace({ ...this.#state, ...change });
  }

  #replace(state: ExploreState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The page's own: it outlives the example that is shown. */
export const explorer = new Explorer();

function isOf(name: string, run: string): boolean {
  return name === run || name === `${run}-ledger`;
}

function refusalOf({ end }: CaseRun): string {
  if (end.type !== "answered") return end.type;
  const [first] = end.result.content;
  return first?.type === "text" ? first.text : "its arguments were refused.";
}
