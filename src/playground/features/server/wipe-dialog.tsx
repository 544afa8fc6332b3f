/** Asks before everything of an example is deleted. */
import { useRef, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground } from "../../hooks/use-playground.ts";

export interface WipeDialogProps {
  readonly onClose: () => void;
  /** Goes on, once everything is wiped and the next server was started. */
  readonly onWiped?: () => void;
}

export default function WipeDialog({ onClose, onWiped }: WipeDialogProps): ReactElement {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const { data: count = 0 } = useLiveQuery(["invocations"], ["any"], async ({ store }) => {
    const found = await store.readInvocations({ limit: 100 });
    return found.length;
  });
  const wipe = (): void => {
    dialog.current?.close();
    void setPlace({ call: null });
    void playground.wipe().then((wiped) => {
      if (wiped) onWiped?.();
    });
  };
  return (
    <Dialog dialog={dialog} title="Wipe everything?" size="w-sm" onClose={onClose}>
      <p className="mt-1 text-muted">
        All calls ({count === 100 ? "100 or more" : count}), guards, maps and the ledger of this
        example are deleted. Your settings stay. This cannot be undone.
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={() => dialog.current?.close()}>Keep everything</Button>
        <Button tone="danger" onClick={wipe}>
          Wipe everything
        </Button>
      </div>
    </Dialog>
  );
}
