/** The entries of one map in the order of their keys: an array that is searched by halves. */
import { compareKeys, isEmptyRange, type KeyBounds, type MapEntry } from "../../model/index.ts";
import type { Direction } from "../durable-store.ts";

type Stored = Pick<MapEntry, "value" | "write">;

/** So many new keys are put in one by one; more are sorted together. */
const FEW = 16;

export class SortedEntries {
  #keys: string[] = [];
  readonly #entries = new Map<string, Stored>();

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  get(key: string): MapEntry | undefined {
    const found = this.#entries.get(key);
    return found && { key, ...found };
  }

  insert(entries: Iterable<readonly [string, Uint8Array]>, write: number): void {
    const fresh: string[] = [];
    for (const [key, value] of entries) {
      if (!this.#entries.has(key)) fresh.push(key);
      this.#entries.set(key, { value: value.slice(), write });
    }
    if (fresh.length > FEW) this.#keys = [...this.#keys, ...fresh].sort(compareKeys);
    else for (const key of fresh) this.#keys.splice(this.#placeOf(key, false), 0, key);
  }

  remove(keys: Iterable<string>): void {
    for (const key of keys) {
      if (this.#entries.delete(key)) this.#keys.splice(this.#placeOf(key, false), 1);
    }
  }

  range(bounds: KeyBounds, direction: Direction, limit: number): MapEntry[] {
    if (isEmptyRange(bounds)) return [];
    const { lower, upper } = bounds;
    const from = lower ? this.#placeOf(lower.key, lower.open) : 0;
    const to = upper ? this.#placeOf(upper.key, !upper.open) : this.#keys.length;
    const keys =
      direction === "ascending"
        ? this.#keys.slice(from, Math.min(to, from + limit))
        : this.#keys.slice(Math.max(from, to - limit), to).reverse();
    return keys.flatMap((key) => this.get(key) ?? []);
  }

  /** How many keys sort before `key`, or with it where `after`. */
  #placeOf(key: string, after: boolean): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareKeys(this.#keys[middle] ?? "", key);
      if (order < 0 || (after && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
