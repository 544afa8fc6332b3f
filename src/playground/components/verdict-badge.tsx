/** What became of a call outside: the first word of a call, told apart by shape and word as well as by colour. */
import {
  CircleCheckBig,
  CircleMinus,
  CircleQuestionMark,
  CircleX,
  CopyX,
  type LucideIcon,
} from "lucide-react";
import type { ReactElement } from "react";
import type { Judgement, Verdict } from "../../store/index.ts";
import { verdictText, verdictWord } from "./format.ts";

export const VERDICT_LOOKS: Record<Verdict, { readonly Icon: LucideIcon; readonly look: string }> =
  {
    "done twice": { Icon: CopyX, look: "bg-bad-soft text-bad" },
    unknown: { Icon: CircleQuestionMark, look: "bg-warn-soft text-warn" },
    "not done": { Icon: CircleX, look: "bg-raised text-ink" },
    "nothing to do": { Icon: CircleMinus, look: "bg-raised text-muted" },
    "done once": { Icon: CircleCheckBig, look: "bg-good-soft text-good" },
  };

export function VerdictBadge({ judgement }: { readonly judgement: Judgement }): ReactElement {
  const { Icon, look } = VERDICT_LOOKS[judgement.verdict];
  return (
    <span
      title={verdictText(judgement)}
      className={`inline-flex shrink-0 items-center gap-1 rounded px-1.5 text-xs font-semibold whitespace-nowrap ${look}`}
    >
      <Icon size={12} aria-hidden />
      {verdictWord(judgement.verdict)}
    </span>
  );
}
