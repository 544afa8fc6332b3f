import { useId, type ReactElement, type ReactNode } from "react";
import { ErrorBoundary, type FallbackProps } from "react-error-boundary";
import { Button } from "./button.tsx";

/** A titled region that scrolls for itself and fails for itself. */
export function Panel({
  title,
  actions,
  children,
  footer,
}: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** What stays in sight below what scrolls. */
  readonly footer?: ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="flex h-full min-h-0 flex-col overflow-hidden rounded-md border border-line bg-panel"
    >
      <header className="flex min-h-9 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-3 py-1">
        <h2 id={id} className="text-sm font-semibold">
          {title}
        </h2>
        <div className="ml-auto flex flex-wrap items-center gap-1">{actions}</div>
      </header>
      <PanelBody>{children}</PanelBody>
      {footer === undefined ? null : (
        <footer className="border-t border-line px-3 py-1.5">{footer}</footer>
      )}
    </section>
  );
}

/** What stands in a panel: scrolled by the keyboard, too, and kept from taking the page down with it. */
export function PanelBody({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <div
      className="relative min-h-0 flex-1 overflow-auto"
      // A region that scrolls must be reachable by the keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <Boundary>{children}</Boundary>
    </div>
  );
}

/** Keeps what fails within it from taking the rest of the page down. */
export function Boundary({ children }: { readonly children: ReactNode }): ReactElement {
  return <ErrorBoundary FallbackComponent={Failed}>{children}</ErrorBoundary>;
}

function Failed({ error, resetErrorBoundary }: FallbackProps): ReactElement {
  return (
    <Notice tone="bad" title="This panel failed. The others go on.">
      <p className="font-mono text-sm">{error instanceof Error ? error.message : String(error)}</p>
      <Button onClick={resetErrorBoundary}>Show it again</Button>
    </Notice>
  );
}

const TONES = { bad: "bg-bad-soft", warn: "bg-warn-soft", plain: "bg-raised" } as const;

export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: keyof typeof TONES;
  readonly title: string;
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <div role={tone === "plain" ? "note" : "alert"} className={`m-2 rounded p-3 ${TONES[tone]}`}>
      <p className="font-semibold">{title}</p>
      <div className="mt-1 flex flex-col items-start gap-2 text-sm">{children}</div>
    </div>
  );
}

/** What will appear here, and how to make it appear. */
export function Empty({ children }: { readonly children: ReactNode }): ReactElement {
  return <p className="px-3 py-6 text-center text-sm text-balance text-muted">{children}</p>;
}

/** What stands in the place of data that is being read or could not be. */
export function Waiting({ error }: { readonly error: Error | null }): ReactElement {
  if (!error) return <p className="px-3 py-6 text-center text-sm text-muted">Reading…</p>;
  return (
    <Notice tone="bad" title="This could not be read.">
      {error.message}
    </Notice>
  );
}
