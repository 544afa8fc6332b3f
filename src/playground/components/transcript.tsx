import type { ReactElement } from "react";
import type { TranscriptLine } from "../../examples/index.ts";

const LOOKS: Record<TranscriptLine["kind"], { readonly mark: string; readonly look: string }> = {
  heading: { mark: "", look: "mt-2 font-sans font-semibold" },
  tool: { mark: "", look: "text-muted" },
  call: { mark: "→ ", look: "text-accent" },
  progress: { mark: "… ", look: "text-muted" },
  answer: { mark: "← ", look: "" },
  note: { mark: "· ", look: "text-muted" },
};

/** What a client script did, a line each. */
export function Transcript({ lines }: { readonly lines: readonly TranscriptLine[] }): ReactElement {
  return (
    <ol aria-label="Transcript" className="px-3 py-1 font-mono text-xs">
      {lines.map(({ kind, text }, index) => (
        <li key={index} className={`wrap-anywhere ${LOOKS[kind].look}`}>
          {LOOKS[kind].mark}
          {text}
        </li>
      ))}
    </ol>
  );
}
