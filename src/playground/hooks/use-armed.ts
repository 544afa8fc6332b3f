import type { PlannedFault } from "../../host/index.ts";
import { useLiveQuery } from "./use-live-query.ts";
import { usePlaygroundPart } from "./use-playground.ts";

export interface ArmedFault {
  readonly id: string;
  readonly fault: PlannedFault;
  /** How often its point was passed since it was armed. */
  readonly passed: number;
  /** It will not strike again. */
  readonly isSpent: boolean;
}

export interface Armed {
  readonly name: string;
  readonly faults: readonly ArmedFault[];
  /** None of them will strike again. */
  readonly isSpent: boolean;
}

/** The plan of faults, and how far it has come; `undefined` where nothing is armed. */
export function useArmed(): Armed | undefined {
  const plan = usePlaygroundPart(({ settings }) => settings.plan);
  const planned = plan?.faults ?? [];
  const { data: hits = [] } = useLiveQuery(
    ["hits"],
    ["hits", planned.map(({ id }) => id)],
    async ({ store }) => {
      const all = await Promise.all(planned.map(({ id }) => store.readHits(id)));
      return all.map((counts) => counts.get(0) ?? 0);
    },
  );
  if (!plan) return undefined;
  const faults = planned.map(({ id, fault }, index) => {
    const passed = hits[index] ?? 0;
    return { id, fault, passed, isSpent: isSpent(fault, passed) };
  });
  return { name: plan.name, faults, isSpent: faults.every(({ isSpent }) => isSpent) };
}

function isSpent({ when }: PlannedFault, passed: number): boolean {
  if ("nth" in when) return passed >= when.nth;
  return "first" in when && passed >= when.first;
}
