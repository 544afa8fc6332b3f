/** Pages of a list that shows its newest first; each is read from the store when it is shown. */
import { useState } from "react";

/** How many rows a page lays out: the page of the document stays small however long the list is. */
export const PAGE_SIZE = 100;

interface Position<Key> {
  readonly before?: Key;
  readonly after?: Key;
}

export interface Pages<Key> {
  /** What to ask the store for: one row more than is shown, which tells whether there are more. */
  readonly query: Position<Key> & { readonly limit: number };
  /** The rows to show of those that the store gave. */
  readonly cut: <Row>(rows: readonly Row[]) => {
    readonly rows: readonly Row[];
    readonly hasNewer: boolean;
    readonly hasOlder: boolean;
  };
  readonly goTo: (position: Position<Key>) => void;
}

/** @param size how many rows a page holds */
export function usePage<Key>(size = PAGE_SIZE): Pages<Key> {
  const [position, setPosition] = useState<Position<Key>>({});
  return {
    query: { ...position, limit: size + 1 },
    cut: (rows) => {
      const isFull = rows.length > size;
      return position.after === undefined
        ? { rows: rows.slice(0, size), hasNewer: position.before !== undefined, hasOlder: isFull }
        : { rows: isFull ? rows.slice(1) : rows, hasNewer: isFull, hasOlder: true };
    },
    goTo: setPosition,
  };
}
