/** The sweep that a person runs: one at a time for the page, its runs kept until Explore is left. */
import { uuidv7 } from "../../durable/index.ts";
import type { Example } from "../../examples/index.ts";
import {
  cleanRun,
  describeEnd,
  hostOfTools,
  onIndexedDb,
  pairsOf,
  placesOf,
  runCase,
  shrink,
  singleFaults,
  sweep,
  type CaseResult,
  type OpenHost,
  type Place,
  type Scenario,
} from "../../explore/index.ts";
import { deleteDatabases, openStore } from "../../store/indexeddb/index.ts";
import { ownServers } from "./own-servers.ts";
import type { Playground } from "./playground.ts";
import { scratch, type Release, type Scratch } from "./scratch.ts";
import { SETTINGS_KEY, settingsSchema, type Settings } from "../../host/index.ts";
import { asError } from "./state-cell.ts";

export interface ExploreRequest {
  readonly example: Example;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Calls that are made first, without faults: what the tool is to find. */
  readonly before: NonNullable<Scenario["before"]>;
  /** Also every two faults together, with the guards on. */
  readonly pairs: boolean;
  /** Of a server of one's own, as it is at the start: other code is another sweep. */
  readonly code?: string | undefined;
}

/** What a person has chosen for the next run. */
export interface ExploreChoices {
  readonly pairs: boolean;
  /** The names of the saved calls that are made first. */
  readonly first: readonly string[];
}

export interface ExploreState {
  readonly choices: ExploreChoices;
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
  readonly pairs: readonly CaseResult[];
  /** Of pairs that broke a promise, the fewest of their faults that do. */
  readonly fewest: ReadonlyMap<CaseResult, CaseResult>;
  readonly tookMs?: number;
  /** Why it could not be run. */
  readonly error?: string;
}

/** A round of a server of one's own that lasts longer hangs, in milliseconds. */
const OWN_ROUND_MS = 20_000;

const NOTHING = {
  places: [],
  total: 0,
  done: 0,
  on: [],
  off: [],
  pairs: [],
  fewest: new Map<CaseResult, CaseResult>(),
} as const;

/** One sweep, and what keeps its runs. */
interface Sweep {
  readonly prefix: string;
  readonly stop: AbortController;
  readonly held: Promise<Release>;
  ended: Promise<void>;
  /** The call, with the guards on. */
  scenario?: Scenario;
  /** The runs that were made again on IndexedDB, by name. */
  readonly kept: Map<string, Promise<unknown>>;
}

/** What stands in the form. */
interface FormCall {
  readonly tool: { readonly name: string } | undefined;
  readonly args?: Readonly<Record<string, unknown>> | undefined;
}

export class Explorer {
  #state: ExploreState = { phase: "idle", choices: { pairs: false, first: [] }, ...NOTHING };
  readonly #listeners = new Set<() => void>();
  /** The last one, until Explore is left. */
  #sweep: Sweep | undefined;

  constructor(private readonly scratch: Scratch) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): ExploreState => this.#state;

  choose(choices: ExploreChoices): void {
    this.#replace({ ...this.#state, choices });
  }

  /** Runs a sweep of a call, with what was chosen; of what is no call yet, none. */
  async explore(
    { example, snapshot }: Pick<Playground, "example" | "snapshot">,
    { tool, args }: FormCall,
  ): Promise<void> {
    if (!tool || !args) return;
    const { pairs, first } = this.#state.choices;
    const before = snapshot().settings.savedCalls.filter(({ name }) => first.includes(name));
    const own = ownServers.named(example.name);
    const code = own?.file?.code ?? own?.code;
    await this.run({ example, tool: tool.name, args, before, pairs, code });
  }

  /** Runs a sweep, in place of the one before; the same one again goes on. */
  async run(request: ExploreRequest): Promise<void> {
    if (this.#state.phase === "running" && isSame(request, this.#state.request)) return;
    const before = this.#sweep;
    const prefix = `explore-${uuidv7()}`;
    const held = this.scratch.hold(prefix);
    const stop = new AbortController();
    const sweep: Sweep = { prefix, stop, held, ended: Promise.resolve(), kept: new Map() };
    this.#sweep = sweep;
    const { choices } = this.#state;
    this.#replace({ phase: "running", choices, request, ...NOTHING });
    sweep.ended = this.#runToEnd(sweep, request, before);
    await sweep.ended;
  }

  /** Makes a case's run again on IndexedDB, unless that is done, so that it can be opened by its name. */
  async keep({ run: { name }, faults, check }: CaseResult): Promise<void> {
    const { scenario, kept } = this.#sweep ?? {};
    if (!scenario || !kept || check !== undefined) return;
    const guards = this.#state.off.some(({ run }) => run.name === name) ? "off" : "on";
    const again =
      kept.get(name) ??
      runCase({ ...scenario, guards }, faults, name).then(() => keepGuards(name, guards));
    kept.set(name, again);
    try {
      await again;
    } catch (error) {
      kept.delete(name);
      await deleteDatabases([name, `${name}-ledger`]);
      throw error;
    }
  }

  /** Ends the sweep after the cases that are under way. */
  cancel(): void {
    this.#sweep?.stop.abort();
  }

  /** Forgets the sweep, and deletes its runs but for those that are open somewhere. */
  async leave(): Promise<void> {
    const sweep = this.#sweep;
    this.#sweep = undefined;
    const { choices } = this.#state;
    this.#replace({ phase: "idle", choices, ...NOTHING });
    if (!sweep) return;
    await this.#giveUp(sweep);
    await this.scratch.clear();
  }

  async #giveUp({ stop, held, ended }: Sweep): Promise<void> {
    stop.abort();
    await ended;
    const release = await held;
    await release();
  }

  /** Runs a sweep to its end, whatever that is. */
  async #runToEnd(sweep: Sweep, request: ExploreRequest, before: Sweep | undefined): Promise<void> {
    const begun = performance.now();
    try {
      if (before) {
        await this.#giveUp(before);
        void this.scratch.clear();
      }
      await sweep.held;
      await this.#run(sweep, request);
      const tookMs = performance.now() - begun;
      this.#set(sweep, { phase: sweep.stop.signal.aborted ? "cancelled" : "done", tookMs });
    } catch (error) {
      this.#set(sweep, { phase: "failed", error: asError(error).message });
    }
  }

  async #run(
    current: Sweep,
    { example, tool, args, before, pairs }: ExploreRequest,
  ): Promise<void> {
    const { prefix, stop } = current;
    const { signal } = stop;
    const set = (change: Partial<ExploreState>): void => this.#set(current, change);
    const host = await hostOf(example);
    const scenario: Scenario = {
      host,
      tool,
      args,
      before,
      guards: "on",
      // A round begins with the start of a server, which is a worker there.
      ...(ownServers.named(example.name) ? { roundMs: OWN_ROUND_MS } : {}),
    };
    current.scenario = scenario;
    const clean = await cleanRun(scenario, `${prefix}-clean`, onIndexedDb);
    const places = placesOf(clean.passes);
    const singles = singleFaults(places);
    const both = pairs ? pairsOf(singles) : [];
    set({
      places,
      cleanOutcome: describeEnd(clean.end),
      total: singles.length * 2 + both.length,
    });
    for (const guards of ["on", "off"] as const) {
      await sweep({ ...scenario, guards }, clean, singles, {
        prefix: `${prefix}-${guards}`,
        signal,
        check: onIndexedDb,
        onResult: (result) =>
          set({ done: this.#state.done + 1, [guards]: [...this.#state[guards], result] }),
      });
    }
    await sweep(scenario, clean, both, {
      prefix: `${prefix}-pair`,
      signal,
      check: onIndexedDb,
      onResult: (pair) => set({ done: this.#state.done + 1, pairs: [...this.#state.pairs, pair] }),
    });
    if (signal.aborted) return;
    for (const pair of this.#state.pairs.filter(({ promises }) => !promises.holds)) {
      const fewer = await shrink(scenario, clean, pair, `${pair.run.name}-fewer`, signal);
      set({ fewest: new Map([...this.#state.fewest, [pair, fewer]]) });
    }
  }

  /** What a sweep tells that was left or followed by another is nothing any more. */
  #set(sweep: Sweep, change: Partial<ExploreState>): void {
    if (this.#sweep === sweep) this.#replace({ ...this.#state, ...change });
  }

  #replace(state: ExploreState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The page's own: it lives as long as the page, whichever example is shown. */
export const explorer = new Explorer(scratch);

function isSame(a: ExploreRequest, b: ExploreRequest | undefined): boolean {
  const textOf = ({ example, ...rest }: ExploreRequest): string =>
    JSON.stringify([example.name, rest]);
  return b !== undefined && textOf(a) === textOf(b);
}

/** Where the servers of its cases run: with the code as it is now. */
async function hostOf({ name, load }: Example): Promise<OpenHost> {
  if (!ownServers.named(name)) return hostOfTools((await load()).default);
  const { ownCases } = await import("./own-host.ts");
  return ownCases(name);
}

/** The run is opened with the guards as they were in it. */
async function keepGuards(name: string, guards: Settings["guards"]): Promise<void> {
  const store = await openStore({ name });
  try {
    await store.writeSetting(SETTINGS_KEY, settingsSchema.parse({ guards }));
  } finally {
    await store.close();
  }
}
