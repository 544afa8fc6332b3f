/** The frame of every dialog: modal from the start, titled, closed by Escape. */
import { useEffect, useId, type ReactElement, type ReactNode, type RefObject } from "react";

export function Dialog({
  dialog,
  title,
  size = "w-md",
  onClose,
  onCancel,
  children,
}: {
  /** The owner's, to close it by. */
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly title: string;
  readonly size?: string;
  readonly onClose?: () => void;
  /** Escape was pressed. */
  readonly onCancel?: () => void;
  readonly children: ReactNode;
}): ReactElement {
  const id = useId();
  useEffect(() => dialog.current?.showModal(), [dialog]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className={`max-h-[96dvh] max-w-[96vw] overflow-auto rounded-md border border-line bg-panel p-4 ${size}`}
      onClose={onClose}
      onCancel={onCancel}
    >
      <h2 id={id} className="text-lg font-semibold">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
