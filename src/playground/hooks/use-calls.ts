import type { InvocationFilter, InvocationRecord, InvocationState } from "../../store/index.ts";
import type { CountsProps } from "../components/counts.tsx";
import type { Pages } from "./use-page.ts";
import { usePlaygroundState } from "./use-playground.ts";
import { useLiveQuery, type Source } from "./use-live-query.ts";

export interface CallSummary extends CountsProps {
  readonly invocation: InvocationRecord;
}

export interface CallFilter {
  readonly tool: string;
  readonly state: string;
  /** In the id, the arguments or an answer, in any letter case. */
  readonly text: string;
  /** Only calls that failed, or whose tool answers with an error. */
  readonly errors: boolean;
  /** Only calls of the last so many minutes. */
  readonly minutes: number | null;
}

/** A page of calls with their three numbers, the newest first. */
export function useCalls(filter: CallFilter, page: Pages<number>) {
  return useLiveQuery(
    ["invocations", "guards", "trace", "ledger"],
    ["calls", filter, page.query],
    async (source) => {
      const isFiltered = Object.values(filter).some(Boolean);
      const found = await source.store.readInvocations({
        ...page.query,
        ...(isFiltered ? { filter: asked(filter) } : {}),
      });
      const { rows, ...more } = page.cut(found);
      return { calls: await summarize(source, rows), ...more };
    },
    { keepPrevious: true },
  );
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

/** One call with its numbers; `null` where there is none of that id. */
export function useCall(id: string | null) {
  return useLiveQuery(
    ["invocations", "guards", "trace", "ledger"],
    ["call", id],
    async (source) => {
      const invocation = id === null ? undefined : await source.store.readInvocation(id);
      if (!invocation) return null;
      const [summary] = await summarize(source, [invocation]);
      return summary ?? null;
    },
    { invocation: id ?? undefined },
  );
}

/** The state to show: what the journal calls running under a server that died is interrupted. */
export function useShownState(invocation: InvocationRecord): string {
  const { dead } = usePlaygroundState();
  const { state, last } = invocation;
  return state === "running" && dead.has(last.owner) ? "interrupted" : state;
}

async function summarize(
  { store, world }: Source,
  invocations: readonly InvocationRecord[],
): Promise<CallSummary[]> {
  const ids = invocations.map(({ id }) => id);
  const [attempts, tallies] = await Promise.all([
    store.countAttempts(invocations),
    world.ledger.tally(ids),
  ]);
  return invocations.map((invocation, index) => ({
    invocation,
    calls: invocation.last.number,
    attempts: attempts[index]?.attempts ?? 0,
    atLeast: attempts[index]?.atLeast ?? false,
    effects: tallies[index]?.effects ?? 0,
    duplicated: (tallies[index]?.duplicates ?? 0) > 0,
  }));
}

/** How many steps and effects of one call are read: its newest. */
export const STEPS_READ = 1000;

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
