import { Download } from "lucide-react";
import { lazy, Suspense, type ReactElement } from "react";
import { show } from "./format.ts";
import { visible } from "./visible.ts";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { download } from "../browser/download.ts";

const LargeValue = lazy(() => import("./large-value.tsx"));

/** From here on a text is folded and searched, in characters. */
const LARGE = 3000;

/** A value, laid out; long lines are wrapped. */
export function Json({ value }: { readonly value: unknown }): ReactElement {
  return <Text text={show(value)} />;
}

function Text({ text }: { readonly text: string }): ReactElement {
  return (
    <pre className="rounded bg-raised px-2 py-1 font-mono text-xs break-words whitespace-pre-wrap">
      {visible(text)}
    </pre>
  );
}

/** A value of any size: to copy, to download and, where it is large, to fold and to search. */
export function Value({
  label,
  value,
}: {
  readonly label: string;
  /** A text is shown as it is, anything else as JSON. */
  readonly value: unknown;
}): ReactElement {
  const isJson = typeof value !== "string";
  const text = isJson ? show(value, 2, Infinity) : value;
  return (
    <div>
      {text.length < LARGE ? (
        <Text text={text} />
      ) : (
        <Suspense fallback={<div className="h-90" />}>
          <LargeValue label={label} text={text} isJson={isJson} />
        </Suspense>
      )}
      <div className="flex flex-wrap items-center gap-1 pt-1">
        <CopyButton label={label} text={text} />
        <Button
          tone="quiet"
          aria-label={`Download ${label}`}
          icon={<Download size={12} aria-hidden />}
          onClick={() =>
            download(isJson ? "value.json" : "value.txt", new Blob([text], { type: "text/plain" }))
          }
        >
          Download
        </Button>
        <span className="ml-auto text-xs text-muted">
          {text.length.toLocaleString()} characters
        </span>
      </div>
    </div>
  );
}
