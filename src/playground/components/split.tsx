/** Two areas, and between them a separator that is dragged, moved by the arrow keys, and folds the first by Enter. */
import {
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
} from "react";

import { useStoredState } from "../browser/use-stored-state.ts";

/** How far an arrow key moves the separator, in percent. */
const STEP = 2;

export interface SplitProps {
  /** What the separator sets, such as "Height of tools". */
  readonly label: string;
  readonly direction: "row" | "column";
  /** The first area's part, in percent. */
  readonly initial: number;
  /** The least of each area, in pixels, but for the first when it is folded. */
  readonly least: readonly [number, number];
  readonly children: readonly [ReactNode, ReactNode];
}

export function Split({ label, direction, initial, least, children }: SplitProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const [stored, setStored] = useStoredState(`split:${label}`, String(initial));
  const kept = Number(stored);
  // The tab's storage may hold anything.
  const part = kept >= 0 && kept <= 100 ? kept : initial;
  const [folded, setFolded] = useState(false);
  const isRow = direction === "row";

  /** Sets the first area's part so that both keep their least. */
  const move = (percent: number): void => {
    const size = (isRow ? box.current?.clientWidth : box.current?.clientHeight) ?? 0;
    if (size === 0) return;
    const [low, high] = [(least[0] / size) * 100, 100 - (least[1] / size) * 100];
    setFolded(false);
    setStored(String(Math.max(Math.min(low, high), Math.min(high, percent))));
  };
  const onDrag = ({ currentTarget, pointerId, clientX, clientY }: PointerEvent): void => {
    const bounds = box.current?.getBoundingClientRect();
    if (!bounds || !currentTarget.hasPointerCapture(pointerId)) return;
    move(
      isRow
        ? ((clientX - bounds.left) / bounds.width) * 100
        : ((clientY - bounds.top) / bounds.height) * 100,
    );
  };
  const onKey = (event: KeyboardEvent): void => {
    const steps: Record<string, () => void> = {
      [isRow ? "ArrowLeft" : "ArrowUp"]: () => move(part - STEP),
      [isRow ? "ArrowRight" : "ArrowDown"]: () => move(part + STEP),
      Home: () => move(0),
      End: () => move(100),
      Enter: () => setFolded(!folded),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  };

  const first = folded ? "0px" : `minmax(${least[0]}px, ${part}%)`;
  const tracks = `${first} 8px minmax(${least[1]}px, 1fr)`;
  return (
    <div
      ref={box}
      className="grid h-full min-h-0 min-w-0"
      style={isRow ? { gridTemplateColumns: tracks } : { gridTemplateRows: tracks }}
    >
      <div className={`min-h-0 min-w-0 overflow-hidden ${folded ? "invisible" : ""}`}>
        {children[0]}
      </div>
      {/* A separator that can be moved is a widget (WAI-ARIA's window splitter). */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="separator"
        aria-label={label}
        aria-orientation={isRow ? "vertical" : "horizontal"}
        aria-valuenow={folded ? 0 : Math.round(part)}
        aria-valuemin={0}
        aria-valuemax={100}
        title={`${label}. Drag it, or press an arrow key; Enter folds.`}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={`touch-none rounded transition-colors hover:bg-strong active:bg-accent ${isRow ? "cursor-col-resize" : "cursor-row-resize"}`}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onDrag}
        onKeyDown={onKey}
        onDoubleClick={() => setFolded(!folded)}
      />
      <div className="min-h-0 min-w-0 overflow-hidden">{children[1]}</div>
    </div>
  );
}
