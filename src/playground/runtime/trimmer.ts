/** Keeps the recordings of an example within the limit that its settings say. */
import type { DurableStore } from "../../store/index.ts";

/** Calls come in bursts: one trimming does for many. */
const TRIM_AFTER_MS = 500;
/** One transaction is to hold nobody up. */
const BATCH = 100;

export class Trimmer {
  #keep: number | undefined;
  /** What is older has been looked at. A new page begins with the oldest again. */
  #after: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #unsubscribe: () => void;

  constructor(
    private readonly store: DurableStore,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#unsubscribe = store.subscribe(({ tables }) => {
      if (tables.includes("invocations")) this.#schedule();
    });
  }

  /** @param keep how many calls, the newest, keep their recording; `undefined` for all */
  set keep(keep: number | undefined) {
    if (keep === this.#keep) return;
    this.#keep = keep;
    this.#after = undefined;
    this.#schedule();
  }

  close(): void {
    this.#unsubscribe();
    this.#keep = undefined;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#keep === undefined) return;
    this.#timer ??= setTimeout(() => {
      this.#trim()
        .catch(this.onError)
        .finally(() => (this.#timer = undefined));
    }, TRIM_AFTER_MS);
  }

  async #trim(): Promise<void> {
    while (this.#keep !== undefined) {
      const trimming = { keep: this.#keep, after: this.#after, limit: BATCH };
      const { last } = await this.store.trimRecordings(trimming);
      if (last === undefined) return;
      this.#after = last;
    }
  }
}
