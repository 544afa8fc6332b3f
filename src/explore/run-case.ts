/**
 * One case: a call of a tool under a plan of faults, on a store and a ledger of its own, with
 * restarts and retries until the client has its answer, and one retry more.
 */
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  type CallToolResult,
} from "@modelcontextprotocol/sdk/types.js";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  FaultPlan,
  skippingClock,
  type Fault,
  type FaultDetail,
  type FaultInjector,
  type FaultPoint,
} from "../durable/index.ts";
import type { ServerHost } from "../host/index.ts";
import { INVOCATION_ID, isLost } from "../mcp/index.ts";
import {
  canonicalJson,
  deferred,
  effectsAsked,
  goesOn,
  overriding,
  type DurableStore,
  type GuardRecord,
  type InspectableStore,
  type InvocationRecord,
  type LedgerRow,
  type MutationOutcome,
  type WriteRecord,
} from "../store/index.ts";
import { World } from "../world/index.ts";
import { onIndexedDb, type OpenCase } from "./case-databases.ts";
import type { OpenHost } from "./case-host.ts";

/** Of every case: so that what a clean call did and what a failing one did can be compared. */
export const INVOCATION = "01900000-0000-7000-8000-000000000001";
/** A call that is not settled after so many restarts and retries is left hanging. */
const MOST_ROUNDS = 8;
/** Delays take no time: what lasts longer hangs. */
const ROUND_MS = 5000;
const MOST_ROWS = 1000;

export interface Scenario {
  /** Where the server runs. */
  readonly host: OpenHost;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly guards: "on" | "off";
  /** Calls that are made first, without faults: what the tool is to find. */
  readonly before?: readonly {
    readonly tool: string;
    readonly args: Readonly<Record<string, unknown>>;
  }[];
  /** A round that lasts longer hangs, in milliseconds; 5000 unless given. */
  readonly roundMs?: number;
  /** Stands around the store: for tests of the sweep itself, which break it. */
  readonly around?: (store: InspectableStore) => InspectableStore;
}

/** A fault point that was passed. */
export interface Pass {
  readonly point: FaultPoint;
  readonly detail: FaultDetail;
  /** What struck there, if anything did. */
  readonly fault?: Fault;
}

/** A write to a map, and what it came to. */
export interface AppliedWrite {
  readonly write: Pick<WriteRecord, "seq" | "map" | "once"> & { readonly method: string };
  readonly outcome: MutationOutcome;
}

/** How a call ended for its client. */
export type ClientEnd =
  | { readonly type: "answered"; readonly result: CallToolResult }
  | { readonly type: "refused"; readonly message: string }
  | { readonly type: "hanging" };

/** What a case left behind. */
export interface CaseRun {
  /** The store's database; the ledger's is `<name>-ledger`. */
  readonly name: string;
  readonly passes: readonly Pass[];
  /** What the client got at last. */
  readonly end: ClientEnd;
  readonly invocation: InvocationRecord | undefined;
  readonly guards: readonly GuardRecord[];
  readonly effects: readonly LedgerRow[];
  /** The effects that it asked for, each as `service.operation`. */
  readonly asked: readonly string[];
  readonly writes: readonly AppliedWrite[];
  /** Of the writes that were applied, those that the store does not know. */
  readonly lostWrites: number;
  /** What an execution did after the next had begun: in words. */
  readonly late: readonly string[];
  /** What guards had stored and later had not, or otherwise: in words. */
  readonly unstable: readonly string[];
}

/** Passes on to a plan, and keeps what was passed. */
class PassRecorder implements FaultInjector {
  readonly passes: Pass[] = [];
  /** Only what a call does is recorded, and struck. */
  isOn = false;

  constructor(private readonly plan: FaultPlan) {}

  async strike(...[point, detail, ...rest]: Parameters<FaultInjector["strike"]>) {
    if (!this.isOn) return undefined;
    const fault = await this.plan.strike(point, detail, ...rest);
    this.passes.push({ point, detail, ...(fault && { fault }) });
    return fault;
  }
}

/**
 * Runs a case.
 *
 * @param open on what: IndexedDB unless given, whose databases are left to be looked at
 */
export async function runCase(
  scenario: Scenario,
  faults: readonly Fault[],
  name: string,
  open: OpenCase = onIndexedDb,
): Promise<CaseRun> {
  const { roundMs = ROUND_MS } = scenario;
  const recorder = new PassRecorder(new FaultPlan(faults, { id: "explore" }));
  const writes: AppliedWrite[] = [];
  const death = new Death();
  const { store: real, ledger } = await open(name);
  const store = observed(scenario.around?.(real) ?? real, writes, death);
  const world = new World(ledger, { clock: skippingClock });
  const record = ledger.record.bind(ledger);
  ledger.record = async (row) => {
    death.look(row, `${row.service}.${row.operation}`);
    return await record(row);
  };
  const stability = new Stability(real);
  const host = scenario.host({
    store,
    world,
    settings: { faults: recorder, guards: scenario.guards, delays: "skip" },
    onCrash: () => death.onCrash(),
  });

  const start = async (): Promise<Client> => {
    await host.start();
    const { client } = await host.connect({
      capabilities: { elicitation: {} },
      prepare: (client) =>
        client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: {} })),
    });
    // What it resumes comes first, so that a case run again, on another engine too, is the same case.
    await untilResumed(real, host, death);
    return client;
  };

  let client: Client | undefined;
  /** `undefined` where the client does not know what became of the call. */
  const attempt = async (
    tool: string,
    args: object,
    id: string,
  ): Promise<ClientEnd | undefined> => {
    try {
      client = host.state === "running" && client ? client : await start();
      const params = { name: tool, arguments: { ...args }, _meta: { [INVOCATION_ID]: id } };
      const request = client.request({ method: "tools/call", params }, CallToolResultSchema);
      return { type: "answered", result: await request };
    } catch (error) {
      // A server that died meanwhile has refused nothing, whatever its end looked like.
      if (isLost(error) || host.state !== "running") return undefined;
      return { type: "refused", message: error instanceof Error ? error.message : String(error) };
    }
  };
  const settle = async (): Promise<ClientEnd> => {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const end = await within(roundMs, attempt(scenario.tool, scenario.args, INVOCATION));
      if (end === "late") return { type: "hanging" };
      await stability.look();
      if (end) return end;
    }
    return { type: "hanging" };
  };

  try {
    for (const [index, { tool, args }] of (scenario.before ?? []).entries()) {
      const id = INVOCATION.slice(0, -4) + String(9000 + index);
      const end = await within(roundMs, attempt(tool, args, id));
      if (end === "late" || end?.type !== "answered" || end.result.isError) {
        throw new Error(`The call of ${tool} that is made first did not succeed.`);
      }
    }
    recorder.isOn = true;
    let end = await settle();
    // Who has an answer may ask again, where guards remember: nothing is done twice by that.
    if (scenario.guards === "on" && end.type !== "hanging") end = await settle();
    const query = { invocation: INVOCATION, limit: MOST_ROWS };
    const applied = writes.filter(({ outcome }) => outcome === "applied");
    const headers = await real.readWriteHeaders(applied.map(({ write }) => write.seq));
    return {
      name,
      passes: recorder.passes,
      end,
      invocation: await real.readInvocation(INVOCATION),
      guards: await real.readGuards(query),
      asked: effectsAsked(await real.readTrace(query)),
      effects: (await world.ledger.rows(query)).filter(({ validation }) => !validation),
      writes,
      lostWrites: applied.length - headers.length,
      unstable: stability.problems,
      late: death.problems,
    };
  } finally {
    await within(roundMs, host.stop());
    await real.close();
    await ledger.close();
  }
}

/** Resolves when the server has nothing left to resume, or has died of it. */
async function untilResumed(
  store: InspectableStore,
  host: ServerHost,
  death: Death,
): Promise<void> {
  const done = deferred<void>();
  const look = async (): Promise<void> => {
    const found = await store.readInvocation(INVOCATION);
    if (!found || !goesOn(found) || host.state !== "running") done.resolve();
  };
  const check = (): void => void look().catch(done.reject);
  const unsubscribe = store.subscribe(check);
  death.onCrash = check;
  check();
  await done.promise.finally(unsubscribe);
}

/** The store, with what mutations came to. */
function observed(store: InspectableStore, writes: AppliedWrite[], death: Death): InspectableStore {
  const beginExecution: DurableStore["beginExecution"] = async (begin, options) => {
    const begun = await store.beginExecution(begin, options);
    if (begun.begun && begin.id === INVOCATION) death.newest = begun.invocation.last.number;
    return begun;
  };
  const applyMutation: DurableStore["applyMutation"] = async (mutation, options) => {
    const { map, once, origin, change } = mutation;
    death.look(origin, `a write to the map "${map}"`);
    const applied = await store.applyMutation(mutation, options);
    if (origin.invocation === INVOCATION) {
      const { outcome, write: seq } = applied;
      const about = { seq, map, method: change.method, ...(once && { once }) };
      writes.push({ write: about, outcome });
    }
    return applied;
  };
  return overriding(store, { applyMutation, beginExecution });
}

/** Looks whether an execution does anything after the next has begun, as only a dead one can. */
class Death {
  readonly problems: string[] = [];
  newest = 0;
  /** Called when a server crashes. */
  onCrash: () => void = () => undefined;

  look(by: { readonly invocation?: string; readonly execution?: number }, what: string): void {
    const { invocation, execution = this.newest } = by;
    if (invocation !== INVOCATION || execution >= this.newest) return;
    this.problems.push(`Execution ${execution} was dead, and did ${what} all the same.`);
  }
}

/** Looks whether what guards have stored stays as it is. */
class Stability {
  readonly problems: string[] = [];
  readonly #stored = new Map<string, string>();

  constructor(private readonly store: DurableStore) {}

  async look(): Promise<void> {
    const guards = await this.store.readGuards({ invocation: INVOCATION, limit: MOST_ROWS });
    const now = new Map(
      guards.map(({ alias, state, value }) => [
        alias,
        state === "stored" ? canonicalJson(value ?? null) : undefined,
      ]),
    );
    for (const [alias, before] of this.#stored) {
      if (now.get(alias) !== before) {
        this.problems.push(
          `The guard "${alias}" had stored a value, and it is another now or gone.`,
        );
      }
    }
    for (const [alias, value] of now) if (value !== undefined) this.#stored.set(alias, value);
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | "late"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
