/** The page's snapshot of one example, and who listens to it. */
import { initialState, type LogLine, type PlaygroundState } from "./state.ts";

const LOG_LIMIT = 200;
/** A tool may log as fast as it likes: so often is it shown, in milliseconds. */
const PACE_MS = 50;

export class StateCell {
  #state: PlaygroundState = initialState;
  readonly #listeners = new Set<() => void>();
  readonly #paced = new Set<() => void>();
  #isWaiting = false;
  #logged = 0;

  get state(): PlaygroundState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Like `subscribe`, for who draws the page: of what a server sends told at once, and then no sooner than
   * `PACE_MS` later of all that has come meanwhile.
   */
  readonly subscribePaced = (listener: () => void): (() => void) => {
    this.#paced.add(listener);
    return () => this.#paced.delete(listener);
  };

  set(change: Partial<PlaygroundState>): void {
    this.replace({ ...this.#state, ...change });
  }

  /** For what servers send, as fast as they like. What a person does is drawn at once: it may be sent with the next key. */
  receive(change: Partial<PlaygroundState>): void {
    this.#change({ ...this.#state, ...change });
    this.#pace();
  }

  replace(state: PlaygroundState): void {
    this.#change(state);
    for (const listener of this.#paced) listener();
  }

  #change(state: PlaygroundState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  #pace(): void {
    if (this.#isWaiting) return;
    for (const listener of this.#paced) listener();
    const reported = this.#state;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      if (this.#state !== reported) this.#pace();
    }, PACE_MS);
  }

  /** Does what a person asked for, and tells where it fails. */
  async attempt(work: () => unknown): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.reportProblem(asError(error).message);
      return false;
    }
  }

  /** Tells a person what could not be done; the log keeps it. */
  reportProblem(problem: string): void {
    this.log("error", problem);
    this.set({ problem });
  }

  /** Puts away the problem that was told. */
  dismiss(): void {
    const { problem: _, ...state } = this.#state;
    this.replace(state);
  }

  log(level: LogLine["level"], text: string): void {
    const line = { id: ++this.#logged, at: Date.now(), level, text };
    this.receive({ log: [...this.#state.log.slice(-LOG_LIMIT + 1), line] });
  }

  /**
   * Resolves when the snapshot is as it should be.
   *
   * @throws the signal's reason, when it is aborted first
   */
  readonly until = (
    isMet: (state: PlaygroundState) => boolean,
    signal?: AbortSignal,
  ): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        end();
        reject(asError(signal?.reason));
      };
      const check = (): void => {
        if (!isMet(this.#state)) return;
        end();
        resolve();
      };
      const unsubscribe = this.subscribe(check);
      const end = (): void => {
        unsubscribe();
        signal?.removeEventListener("abort", stop);
      };
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted) stop();
      else check();
    });
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
