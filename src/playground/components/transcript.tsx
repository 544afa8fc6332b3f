import type { ReactElement } from "react";
import type { TranscriptLine } from "../../examples/index.ts";

const LOOKS: Record<TranscriptLine["kind"], string> = {
  heading: "mt-2 font-sans font-semibold",
  tool: "text-muted",
  call: "text-accent before:content-['→_']",
  progress: "text-muted before:content-['…_']",
  answer: "before:content-['←_']",
  note: "text-warn",
};

/** What a client script did, a line each. */
export function Transcript({ lines }: { readonly lines: readonly TranscriptLine[] }): ReactElement {
  return (
    <ol aria-label="Transcript" className="px-3 py-1 font-mono text-xs">
      {lines.map(({ kind, text }, index) => (
        <li key={index} className={`break-words ${LOOKS[kind]}`}>
          {text}
        </li>
      ))}
    </ol>
  );
}
