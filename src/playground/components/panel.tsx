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
        <div className="flex flex-1 flex-wrap items-center justify-end gap-1">{actions}</div>
      </header>
      <PanelBody>{children}</PanelBody>
      {footer === undefined ? null : (
        <footer className="max-h-[45%] shrink-0 overflow-auto border-t border-line px-3 py-1.5 empty:hidden">
          {footer}
        </footer>
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
export function Boundary({
  onRetry,
  onClose,
  children,
}: {
  /** Puts away what failed: a dialog, which is then shown above the page. */
  readonly onClose?: () => void;
  /** Called before it is shown again. */
  readonly onRetry?: () => void;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <ErrorBoundary
      fallbackRender={(failure) =>
        onClose ? (
          <div className="fixed inset-x-0 top-14 z-30 mx-auto w-md max-w-[96vw] rounded-md border border-line bg-panel shadow-lg">
            <Failed {...failure} />
            <div className="px-3 pb-2">
              <Button onClick={onClose}>Close</Button>
            </div>
          </div>
        ) : (
          <Failed {...failure} />
        )
      }
      {...(onRetry ? { onReset: onRetry } : {})}
    >
      {children}
    </ErrorBoundary>
  );
}

/** The code of a part of the page did not come. */
export class NotLoadedError extends Error {
  override readonly name = "NotLoadedError";

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function Failed({ error, resetErrorBoundary }: FallbackProps): ReactElement {
  if (error instanceof NotLoadedError) {
    return (
      <Notice tone="bad" title="This part of the page could not be loaded.">
        <p>There is no connection, or a newer version of the page is there: then a reload helps.</p>
        <div className="flex flex-wrap gap-2">
          <Button onClick={resetErrorBoundary}>Try again</Button>
          <Button onClick={() => location.reload()}>Reload the page</Button>
        </div>
      </Notice>
    );
  }
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
  role = tone === "plain" ? "note" : "alert",
  children,
}: {
  readonly tone: keyof typeof TONES;
  /** Whether it interrupts who listens. */
  readonly role?: "note" | "alert";
  readonly title: string;
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <div role={role} className={`m-2 rounded px-3 py-2 text-sm ${TONES[tone]}`}>
      <p className="font-semibold">{title}</p>
      <div className="mt-0.5 flex flex-col items-start gap-2 text-sm">{children}</div>
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
