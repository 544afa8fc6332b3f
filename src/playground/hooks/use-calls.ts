import {
  VERDICTS,
  type InvocationFilter,
  type InvocationRecord,
  type InvocationState,
  type Verdict,
} from "../../store/index.ts";
import type { Pages } from "../components/use-page.ts";
import { STEPS_READ, summariesOf, type CallSummary } from "../runtime/call-summaries.ts";
import { useLiveQuery, type Source } from "./use-live-query.ts";
import { usePlayground, usePlaygroundPart } from "./use-playground.ts";

export { STEPS_READ, type CallSummary } from "../runtime/call-summaries.ts";

/** What the list is filtered by beyond what the store knows: verdicts, and more than one effect. */
export const VERDICT_FILTERS = [...VERDICTS, "more than one effect"] as const;

export interface CallFilter {
  /** One of `VERDICT_FILTERS`. */
  readonly verdict: string;
  readonly tool: string;
  readonly state: string;
  /** In the id, the arguments or an answer, in any letter case. */
  readonly text: string;
  /** Only calls that failed, or whose tool answers with an error. */
  readonly errors: boolean;
  /** Only calls in which a server died. */
  readonly crashed: boolean;
  /** Only calls of the last so many minutes. */
  readonly minutes: number | null;
}

/** How many calls are judged for one page, where few of them fit. */
const MOST_JUDGED = 2000;
const BATCH = 100;

/** A page of calls with their verdicts and numbers, the newest first. */
export function useCalls(filter: CallFilter, page: Pages<number>) {
  return useLiveQuery(
    ["invocations", "guards", "trace", "ledger"],
    ["calls", filter, page.query],
    async (source) => {
      const isFiltered = Object.values(filter).some(Boolean);
      const about = isFiltered ? { filter: asked(filter) } : {};
      if (filter.verdict !== "" || filter.crashed) {
        const { found, lookedTo } = await judgeAll(source, filter, about, page.query);
        const { rows, ...more } = page.cut(found);
        return { calls: rows, lookedTo, ...more };
      }
      const { rows, ...more } = page.cut(
        await source.store.readInvocations({ ...page.query, ...about }),
      );
      const calls = await summariesOf(source.store, source.world.ledger).of(rows);
      return { calls, lookedTo: undefined, ...more };
    },
    { keepPrevious: true, isStable: true },
  );
}

/** Reads as far as a page of calls fits. @returns how far it looked, where it gave up before the end */
async function judgeAll(
  { store, world }: Source,
  filter: CallFilter,
  about: { readonly filter?: InvocationFilter },
  { limit, ...from }: Pages<number>["query"],
): Promise<{
  readonly found: readonly CallSummary[];
  readonly lookedTo: Omit<Pages<number>["query"], "limit"> | undefined;
}> {
  const calls = summariesOf(store, world.ledger);
  const found: CallSummary[] = [];
  let position = from;
  for (let looked = 0; looked < MOST_JUDGED; looked += BATCH) {
    const batch = await store.readInvocations({ ...position, ...about, limit: BATCH });
    const fitting = (await calls.of(batch)).filter((call) => fits(call, filter));
    const isNewer = position.after !== undefined;
    found.splice(isNewer ? 0 : found.length, 0, ...fitting);
    if (found.length >= limit) {
      return { found: isNewer ? found.slice(-limit) : found.slice(0, limit), lookedTo: undefined };
    }
    const next = (isNewer ? batch[0] : batch.at(-1))?.seq;
    if (batch.length < BATCH || next === undefined) return { found, lookedTo: undefined };
    position = isNewer ? { after: next } : { before: next };
  }
  return { found, lookedTo: position };
}

function fits({ judgement, effects, crashed }: CallSummary, filter: CallFilter): boolean {
  if (filter.crashed && !crashed) return false;
  if (filter.verdict === "more than one effect") return effects > 1;
  return filter.verdict === "" || judgement?.verdict === (filter.verdict as Verdict);
}

function asked({ tool, state, text, errors, minutes }: CallFilter): InvocationFilter {
  return {
    tool: tool === "" ? undefined : tool,
    // One that is no state is none's: a link may hold anything.
    state: state === "" ? undefined : (state as InvocationState),
    text: text === "" ? undefined : text,
    errors,
    since: minutes === null ? undefined : Date.now() - minutes * 60_000,
  };
}

/** One call with its verdict and numbers; `null` where there is none of that id. */
export function useCall(id: string | null) {
  return useLiveQuery(
    ["invocations", "guards", "trace", "ledger"],
    ["call", id],
    async ({ store, world }) => {
      const invocation = id === null ? undefined : await store.readInvocation(id);
      if (!invocation) return null;
      const [summary] = await summariesOf(store, world.ledger).of([invocation]);
      return summary ?? null;
    },
    { invocation: id ?? undefined },
  );
}

/** Whether a call hangs because of a fault. */
export function useIsHanging() {
  const playground = usePlayground();
  return useLiveQuery(["invocations", "trace"], ["hanging"], () =>
    Promise.resolve(playground.isHanging),
  );
}

/**
 * The state to show: what the journal calls running may wait for the person, and under a server that died
 * it is interrupted.
 */
export function useShownState({ id, state, last }: InvocationRecord): string {
  const shown = usePlaygroundPart(({ dead, pauses }) => {
    if (dead.has(last.owner)) return "interrupted";
    return pauses.some(({ invocation }) => invocation === id) ? "paused" : "running";
  });
  return state === "running" ? shown : state;
}

/**
 * All that is known of a call; `null` where there is none of that id.
 *
 * @param execution whose answer is read; the last one's unless given
 */
export function useWholeCall(id: string, execution?: number) {
  return useLiveQuery(
    ["invocations", "trace", "guards", "ledger"],
    ["whole call", id, execution],
    async ({ store, world }) => {
      const invocation = await store.readInvocation(id);
      if (!invocation) return null;
      const query = { invocation: id, limit: STEPS_READ };
      const [executions, answer, trace, guards, effects] = await Promise.all([
        store.readExecutions(id),
        store.readAnswer(id, execution ?? invocation.last.number),
        store.readTrace(query),
        store.readGuards(query),
        world.ledger.rows(query),
      ]);
      return { invocation, executions, answer, trace, guards, effects };
    },
    { invocation: id },
  );
}
