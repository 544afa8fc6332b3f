import { z } from "zod";
import type { InvocationRecord } from "../../store/index.ts";
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
export function useCalls(filter: CallFilter, page: Pages<string>) {
  return useLiveQuery(
    ["invocations", "trace", "ledger"],
    ["calls", filter, page.query],
    async (source) => {
      const isFiltered = Object.values(filter).some(Boolean);
      const matches = (invocation: InvocationRecord): boolean => isMatch(invocation, filter);
      const found = await source.store.readInvocations({
        ...page.query,
        ...(isFiltered ? { matches } : {}),
      });
      const { rows, ...more } = page.cut(found);
      return { calls: await summarize(source, rows), ...more };
    },
    { keepPrevious: true },
  );
}

function isMatch(invocation: InvocationRecord, filter: CallFilter): boolean {
  const { id, tool, state, args, createdAt, executions } = invocation;
  const { text, minutes } = filter;
  if (filter.tool !== "" && tool !== filter.tool) return false;
  if (filter.state !== "" && state !== filter.state) return false;
  if (filter.errors && state !== "failed" && statusOf(invocation)?.status !== "error") return false;
  if (minutes !== null && createdAt < Date.now() - minutes * 60_000) return false;
  if (text === "") return true;
  const answers = executions.map(({ response }) => response);
  const whole = `${id} ${JSON.stringify([args, answers])}`;
  return whole.toLowerCase().includes(text.toLowerCase());
}

const structuredAnswer = z.object({
  structuredContent: z.object({ status: z.string(), error_type: z.string().optional() }),
});

/** What the tool itself says of its end: a completed call may well answer that it failed. */
export function statusOf({ executions }: InvocationRecord) {
  return structuredAnswer.safeParse(executions.at(-1)?.response).data?.structuredContent;
}

/** One call with its numbers; `null` where there is none of that id. */
export function useCall(id: string | null) {
  return useLiveQuery(
    ["invocations", "trace", "ledger"],
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
    attempts: (attempts[index] ?? 0) + (invocation.trimmed?.attempts ?? 0),
    effects: tallies[index]?.effects ?? 0,
    duplicated: (tallies[index]?.duplicates ?? 0) > 0,
  }));
}

/** How many steps and effects of one call are read: its newest. */
export const STEPS_READ = 1000;

/** All that is known of a call; `null` where there is none of that id. */
export function useWholeCall(id: string) {
  return useLiveQuery(
    ["invocations", "trace", "guards", "ledger"],
    ["whole call", id],
    async ({ store, world }) => {
      const invocation = await store.readInvocation(id);
      if (!invocation) return null;
      const query = { invocation: id, limit: STEPS_READ };
      const [trace, guards, effects] = await Promise.all([
        store.readTrace(query),
        store.readGuards(query),
        world.ledger.rows(query),
      ]);
      return { invocation, trace, guards, effects };
    },
    { invocation: id },
  );
}
