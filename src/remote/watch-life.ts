/** Asks a server again and again whether it answers. */
import type { Life } from "./life.ts";

/** How often it is asked, and from when on it is silent, in milliseconds. */
const PING_MS = 500;
export const SILENT_MS = 2000;

export interface Watch {
  /** Nobody is interested any more. */
  readonly isOver: () => boolean;
  /** It answers, and says whether a call hangs. */
  readonly onHanging: (isHanging: boolean) => void;
  /** It has not answered for so long, in milliseconds; 0 when it answers again. */
  readonly onSilence?: ((ms: number) => void) | undefined;
  /** It cannot be asked any more. */
  readonly onGone: (error: Error) => void;
}

export function watchLife(life: Life, watch: Watch): void {
  const { isOver, onHanging, onSilence = () => undefined, onGone } = watch;
  let asked: number | undefined;
  let isSilent = false;
  const ask = (): void => {
    asked = Date.now();
    life.server.ping().then(
      (isHanging) => {
        if (isOver()) return;
        onHanging(Boolean(isHanging as unknown));
        if (isSilent) onSilence(0);
        isSilent = false;
        asked = undefined;
      },
      (error: unknown) => {
        if (!isOver()) onGone(error as Error);
      },
    );
  };
  const timer = setInterval(() => {
    if (isOver()) clearInterval(timer);
    else if (asked === undefined) ask();
    else if (Date.now() - asked >= SILENT_MS) {
      isSilent = true;
      onSilence(Date.now() - asked);
    }
  }, PING_MS);
}
