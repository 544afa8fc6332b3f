/**
 * The fence around everything that a server's code can reach.
 *
 * 1. Once it is cut, nothing begins: `run` does not even call its operation.
 * 2. Once it is cut, nothing settles: no promise that went through `run` resolves or rejects, so no
 *    `catch` or `finally` behind it can observe the cut; what the operation throws at once neither.
 * 3. Cutting aborts the signal that operations were given, so that open transactions roll back.
 */
export class Fence {
  readonly #controller = new AbortController();
  /** Aborted when the fence is cut. */
  readonly signal: AbortSignal;

  /** A fence within another is cut with it, or alone. */
  constructor(parent?: Fence) {
    const own = this.#controller.signal;
    // A dependent signal is held weakly: a fence needs no letting go.
    this.signal = parent ? AbortSignal.any([parent.signal, own]) : own;
  }

  get isCut(): boolean {
    return this.signal.aborted;
  }

  cut(): void {
    this.#controller.abort(new Error("The fence is cut: its execution or server has ended."));
  }

  /** Runs an operation, unless the fence is cut; what it comes to arrives only while it is not. */
  run<T>(operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject: (error: unknown) => void) => {
      const fail = (error: unknown): void => {
        if (!this.isCut) reject(error);
      };
      if (this.isCut) return;
      try {
        operation(this.signal).then((value) => {
          if (!this.isCut) resolve(value);
        }, fail);
      } catch (error) {
        fail(error);
      }
    });
  }
}

/** What a fenced operation waits for. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
