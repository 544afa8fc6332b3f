/** Keeps the recordings of an example within the limit that its settings say. */
import type { InspectableStore } from "../../store/index.ts";

/** Calls come in bursts: one trimming does for many. */
const TRIM_AFTER_MS = 500;
/** One transaction is to hold nobody up. */
const BATCH = 100;

export class Trimmer {
  #keep: number | undefined;
  /** What came before has been looked at: the `seq` of an invocation. */
  #after: number | undefined;
  /** The next trimming begins with the oldest again. */
  #fromOldest = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One after the other. */
  #trimming: Promise<void> = Promise.resolve();
  readonly #unsubscribe: () => void;

  constructor(
    private readonly store: InspectableStore,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#unsubscribe = store.subscribe(({ tables, invocationSeq = 0 }) => {
      if (!tables.includes("invocations")) return;
      // An older call that is retried, or has ended only now, has a recording again.
      if (this.#after !== undefined && invocationSeq <= this.#after) this.#fromOldest = true;
      this.#schedule();
    });
  }

  /** @param keep how many calls, the newest, keep their recording; `undefined` for all */
  set keep(keep: number | undefined) {
    if (keep === this.#keep) return;
    this.#keep = keep;
    this.#fromOldest = true;
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
      this.#timer = undefined;
      this.#trimming = this.#trimming.then(() => this.#trim()).catch(this.onError);
    }, TRIM_AFTER_MS);
  }

  async #trim(): Promise<void> {
    if (this.#fromOldest) this.#after = undefined;
    this.#fromOldest = false;
    while (this.#keep !== undefined) {
      const trimming = { keep: this.#keep, after: this.#after, limit: BATCH };
      const { last } = await this.store.trimRecordings(trimming);
      if (last === undefined) return;
      this.#after = last;
    }
  }
}
