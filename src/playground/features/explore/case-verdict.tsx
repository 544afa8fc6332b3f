/** A case's verdict, as it stands in a cell, in a list and in its detail. */
import { Minus, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactElement } from "react";
import type { CaseResult } from "../../../explore/index.ts";
import { verdictWord } from "../../components/format.ts";
import { VERDICT_LOOKS } from "../../components/verdict-badge.tsx";
import { standingOf, type Standing } from "./case-words.ts";

const OTHERS: Partial<Record<Standing, { readonly Icon: LucideIcon; readonly look: string }>> = {
  broken: { Icon: TriangleAlert, look: "bg-bad text-panel" },
  "not passed": { Icon: Minus, look: "text-muted" },
  "not ended": { Icon: TriangleAlert, look: "bg-warn-soft text-warn" },
};

export function standingLook(standing: Standing): {
  readonly Icon: LucideIcon;
  readonly look: string;
} {
  return OTHERS[standing] ?? VERDICT_LOOKS[standing as keyof typeof VERDICT_LOOKS];
}

export function standingWord(standing: Standing): string {
  if (standing === "broken") return "promise broken";
  if (standing === "not passed" || standing === "not ended") return standing;
  return verdictWord(standing);
}

/** The case's verdict; before it, where a promise was broken, that. */
export function CaseVerdict({ result }: { readonly result: CaseResult }): ReactElement {
  const standing = standingOf(result);
  if (standing !== "broken") return <Word standing={standing} />;
  return (
    <span className="flex flex-col items-start gap-px">
      <Word standing="broken" />
      <Word standing={result.judgement?.verdict ?? "not ended"} />
    </span>
  );
}

function Word({ standing }: { readonly standing: Standing }): ReactElement {
  const { Icon, look } = standingLook(standing);
  return (
    <span className={`inline-flex items-start gap-1 rounded px-1.5 text-xs font-semibold ${look}`}>
      <Icon size={12} aria-hidden className="mt-0.5 shrink-0" />
      {standingWord(standing)}
    </span>
  );
}
