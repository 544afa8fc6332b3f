import type { InvocationRecord } from "../../store/index.ts";
import type { CountsProps } from "../components/counts.tsx";
import { usePlaygroundState } from "./use-playground.ts";
import { useLiveQuery, type Source } from "./use-live-query.ts";

export interface CallSummary extends CountsProps {
  readonly invocation: InvocationRecord;
}

/** How many calls the list shows. */
export const CALL_LIMIT = 200;

/** The newest calls with their three numbers. */
export function useCalls() {
  return useLiveQuery(["invocations", "trace", "ledger"], ["calls"], async (source) => {
    const invocations = await source.store.readInvocations({ limit: CALL_LIMIT });
    return await summarize(source, invocations);
  });
}

/** One call with its numbers; `null` where there is none of that id. */
export function useCall(id: string | null) {
  return useLiveQuery(["invocations", "trace", "ledger"], ["call", id], async (source) => {
    const invocation = id === null ? undefined : await source.store.readInvocation(id);
    if (!invocation) return null;
    const [summary] = await summarize(source, [invocation]);
    return summary ?? null;
  });
}

/** The state to show: what the journal calls running under a server that died is interrupted. */
export function useShownState(invocation: InvocationRecord): string {
  const { dead } = usePlaygroundState();
  const owner = invocation.executions.at(-1)?.owner;
  const { state } = invocation;
  return state === "running" && owner !== undefined && dead.has(owner) ? "interrupted" : state;
}

async function summarize(
  { store, world }: Source,
  invocations: readonly InvocationRecord[],
): Promise<CallSummary[]> {
  const ids = invocations.map(({ id }) => id);
  const [attempts, tallies] = await Promise.all([
    store.countAttempts(ids),
    world.ledger.tally(ids),
  ]);
  return invocations.map((invocation, index) => ({
    invocation,
    calls: invocation.executions.length,
    attempts: attempts[index] ?? 0,
    effects: tallies[index]?.effects ?? 0,
    duplicated: (tallies[index]?.duplicates ?? 0) > 0,
  }));
}
