/** Copies a text, whole, and says whether it was. */
import { Copy } from "lucide-react";
import { useState, type ReactElement } from "react";
import { Button } from "./button.tsx";

export function CopyButton({
  label,
  text,
}: {
  /** Tells what is copied. */
  readonly label: string;
  readonly text: string;
}): ReactElement {
  const [reported, setReported] = useState<string>();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setReported("Copied.");
    } catch {
      setReported("The browser does not let it be copied.");
    }
  };
  return (
    <>
      <Button
        tone="quiet"
        aria-label={`Copy ${label}`}
        icon={<Copy size={12} aria-hidden />}
        onClick={() => void copy()}
      >
        Copy
      </Button>
      <span role="status" className="text-xs text-muted">
        {reported}
      </span>
    </>
  );
}
