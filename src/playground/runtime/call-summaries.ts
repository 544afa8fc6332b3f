/**
 * What the list of calls says of each: its verdict and its numbers. Kept until something of the call
 * changes, so that a change of one call reads one call.
 */
import {
  effectsAsked,
  judgeCall,
  type InspectableStore,
  type InvocationRecord,
  type Judgement,
  type Ledger,
  type StoreChange,
  type Table,
} from "../../store/index.ts";

export interface CallSummary {
  readonly invocation: InvocationRecord;
  /** What became of it outside; absent while it has not ended. */
  readonly judgement: Judgement | undefined;
  /** How often the tool's body was executed. */
  readonly calls: number;
  readonly attempts: number;
  /** There may have been more attempts: without guards only the recording tells. */
  readonly atLeast: boolean;
  readonly effects: number;
  /** Some effect happened more than once. */
  readonly duplicated: boolean;
  /** A server died in one of its executions. */
  readonly crashed: boolean;
}

/** What a verdict, and the numbers, rest on. */
const JUDGED_BY: ReadonlySet<Table> = new Set(["invocations", "guards", "trace", "ledger"]);

type Facts = Omit<CallSummary, "invocation">;

/** How many steps and effects of one call are read: its newest. */
export const STEPS_READ = 1000;
/** How many calls are known at most. */
const KEPT = 5000;

const ofStores = new WeakMap<InspectableStore, CallSummaries>();

/** A store's, which last as long as it. */
export function summariesOf(store: InspectableStore, ledger: Ledger): CallSummaries {
  const known = ofStores.get(store);
  if (known) return known;
  const made = new CallSummaries(store, ledger);
  ofStores.set(store, made);
  return made;
}

export class CallSummaries {
  readonly #known = new Map<
    string,
    { readonly stamp: string; readonly summary: Promise<CallSummary> }
  >();

  constructor(
    private readonly store: InspectableStore,
    private readonly ledger: Ledger,
  ) {
    const forget = ({ invocation, tables }: Pick<StoreChange, "invocation" | "tables">): void => {
      if (!tables.some((table) => JUDGED_BY.has(table))) return;
      if (invocation === undefined) this.#known.clear();
      else this.#known.delete(invocation);
    };
    store.subscribe(forget);
    ledger.subscribe(forget);
  }

  /** What has not changed since it was asked for before is the same object. */
  async of(invocations: readonly InvocationRecord[]): Promise<CallSummary[]> {
    const unknown = invocations.filter(
      (invocation) => this.#known.get(invocation.id)?.stamp !== stampOf(invocation),
    );
    if (unknown.length > 0) this.#learn(unknown);
    const known = invocations.map(async ({ id }) => {
      const summary = await this.#known.get(id)?.summary;
      if (!summary) throw new Error(`The call ${id} was not read.`);
      return summary;
    });
    for (const id of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(id);
    }
    return await Promise.all(known);
  }

  #learn(invocations: readonly InvocationRecord[]): void {
    const reading = this.#read(invocations);
    for (const [index, invocation] of invocations.entries()) {
      const summary = reading.then((read) => {
        const facts = read[index];
        if (!facts) throw new Error("not read");
        return { invocation, ...facts };
      });
      const entry = { stamp: stampOf(invocation), summary };
      // What fails is told to who asked, and is asked for again.
      summary.catch(() => {
        if (this.#known.get(invocation.id) === entry) this.#known.delete(invocation.id);
      });
      this.#known.delete(invocation.id);
      this.#known.set(invocation.id, entry);
    }
  }

  async #read(invocations: readonly InvocationRecord[]): Promise<Facts[]> {
    const { store, ledger } = this;
    const [attempts, tallies, judged] = await Promise.all([
      store.countAttempts(invocations),
      ledger.tally(invocations.map(({ id }) => id)),
      Promise.all(invocations.map((invocation) => this.#judge(invocation))),
    ]);
    return judged.map((about, index) => ({
      ...about,
      attempts: attempts[index]?.attempts ?? 0,
      atLeast: attempts[index]?.atLeast ?? false,
      effects: tallies[index]?.effects ?? 0,
      duplicated: (tallies[index]?.duplicates ?? 0) > 0,
    }));
  }

  async #judge(invocation: InvocationRecord) {
    const { id, last } = invocation;
    const query = { invocation: id, limit: STEPS_READ };
    const [guards, effects, trace] = await Promise.all([
      this.store.readGuards(query),
      this.ledger.rows(query),
      this.store.readTrace(query),
    ]);
    const executions = last.number > 1 ? await this.store.readExecutions(id) : [last];
    return {
      judgement: judgeCall({ invocation, guards, effects, asked: effectsAsked(trace) }),
      calls: last.number,
      crashed: executions.some(({ outcome }) => outcome === "crashed"),
    };
  }
}

/** What changes of the record itself: an older one is not this one. */
function stampOf({ state, last, held, trimmed, resumptionCrashes }: InvocationRecord): string {
  const { number, outcome, responseLost } = last;
  return JSON.stringify([state, number, outcome, responseLost, held, trimmed, resumptionCrashes]);
}
