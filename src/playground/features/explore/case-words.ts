/** Cases of a sweep in words, and which of them a person has to know of first. */
import type { CaseResult, Place } from "../../../explore/index.ts";
import type { Verdict } from "../../../store/index.ts";

/** What a failure at a point means for what is written around it. */
export const MEANING: Record<Place["point"], string> = {
  "guard:before-start": "not committed",
  "guard:started": "committed, not known",
  "effect:before": "has not happened",
  "effect:after": "has happened, not known",
  "guard:before-store": "not committed",
  "guard:stored": "committed, not known",
  "map:before-commit": "not committed",
  "map:committed": "committed, not known",
  "call:before-response": "done, not told",
};

export function aboutPlace({ match: { alias, map, service }, nth }: Place): string {
  const about = [alias, service ?? map].filter(Boolean).join(" · ");
  return nth > 1 ? `${about} (time ${nth})` : about;
}

/** `broken`: the guards did not keep their word. `not passed`: the fault never struck. */
export type Standing = "broken" | "not passed" | "not ended" | Verdict;

export function standingOf({ promises, judgement, hasStruck }: CaseResult): Standing {
  if (!promises.holds) return "broken";
  if (!hasStruck) return "not passed";
  return judgement?.verdict ?? "not ended";
}

/** Problems first. */
export const STANDINGS: readonly Standing[] = [
  "broken",
  "done twice",
  "not ended",
  "unknown",
  "not done",
  "done once",
  "nothing to do",
  "not passed",
];

export function severity(result: CaseResult): number {
  return STANDINGS.indexOf(standingOf(result));
}

/** How many cases came to what. */
export function tallyOf(results: readonly CaseResult[]): ReadonlyMap<Standing, number> {
  const tally = new Map<Standing, number>();
  for (const result of results) {
    const standing = standingOf(result);
    tally.set(standing, (tally.get(standing) ?? 0) + 1);
  }
  return tally;
}
