/** A case of a sweep in words. */
import type { CaseResult, SweptKind } from "../../explore/index.ts";

/** The kinds of failures that are swept. */
export const KINDS: Record<SweptKind, string> = {
  crash: "crash",
  retryable: "retryable",
  "non-retryable": "other error",
  "lose-response": "lost response",
};

export function textOfCase({ faults }: Pick<CaseResult, "faults">): string {
  return faults
    .map(({ point, kind, match = {} }) => {
      const { alias, service, map } = match;
      const about = [alias, service ?? map].filter((part) => part !== undefined).join(" · ");
      return `${KINDS[kind as SweptKind]} at ${point}${about === "" ? "" : ` (${about})`}`;
    })
    .join(", and ");
}
