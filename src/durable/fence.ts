/**
 * The fence around everything that a server's code can reach.
 *
 * 1. Once it is cut, nothing begins: `run` does not even call its operation.
 * 2. Once it is cut, nothing settles: no promise that went through `run` resolves or rejects, so no
 *    `catch` or `finally` behind it can observe the cut.
 * 3. Cutting aborts the signal that operations were given, so that open transactions roll back.
 */
export class Fence {
  readonly #controller = new AbortController();
  readonly #parent: Fence | undefined;
  readonly #follow = (): void => this.cut();

  /** A fence within another: it is cut with its parent, or alone. */
  constructor(parent?: Fence) {
    this.#parent = parent;
    if (parent?.isCut) this.cut();
    else parent?.signal.addEventListener("abort", this.#follow, { once: true });
  }

  get isCut(): boolean {
    return this.#controller.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cut(): void {
    this.release();
    this.#controller.abort(new Error("The server has crashed."));
  }

  /** Lets go of the parent, when what the fence was for has ended. */
  release(): void {
    this.#parent?.signal.removeEventListener("abort", this.#follow);
  }

  run<T>(operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject: (error: unknown) => void) => {
      if (this.isCut) return;
      operation(this.signal).then(
        (value) => {
          if (!this.isCut) resolve(value);
        },
        (error: unknown) => {
          if (!this.isCut) reject(error);
        },
      );
    });
  }
}

/** What a fenced operation waits for. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
