/**
 * The trace of one execution. Events wait a moment and are written together, apart from what they
 * tell of, which they must not slow down; the last ones are appended in the transaction of the execution's end.
 */
import type { DurableStore, TraceEvent } from "../store/index.ts";

/** What a person takes as at once: each writing costs the guards beside it. */
const FLUSH_AFTER_MS = 100;

export type TraceInput = Omit<TraceEvent, "n" | "at" | "invocation" | "execution">;

export class Tracer {
  #waiting: TraceEvent[] = [];
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: DurableStore,
    private readonly about: { readonly invocation: string; readonly execution: number },
    private readonly now: () => number,
    private readonly onError: (error: unknown) => void,
  ) {}

  add(input: TraceInput): void {
    this.#waiting.push({ ...input, n: ++this.#count, at: this.now(), ...this.about });
    this.#arm();
  }

  /**
   * Hands the waiting events to a transaction; they wait again where it fails or writes nothing.
   *
   * @param transaction resolves with whether it has written
   */
  async appendWith(
    transaction: (events: readonly TraceEvent[]) => Promise<boolean>,
  ): Promise<boolean> {
    const waiting = this.#drain();
    let isWritten = false;
    try {
      isWritten = await transaction(waiting);
      return isWritten;
    } finally {
      if (!isWritten && waiting.length > 0) {
        this.#waiting.unshift(...waiting);
        this.#arm();
      }
    }
  }

  /** Never rejects: what cannot be traced must not fail a tool, but is reported to `onError`. */
  async flush(): Promise<void> {
    const events = this.#drain();
    if (events.length === 0) return;
    await this.store.appendTrace(events).catch(this.onError);
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
  }

  #drain(): TraceEvent[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#waiting.splice(0);
  }
}
