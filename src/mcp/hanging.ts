/** What hangs because of a fault, until it is released or what it is part of has ended. */
export class Hanging {
  /** Lets one go on. */
  readonly #releases = new Set<() => void>();

  /** Whether something hangs. */
  get isAny(): boolean {
    return this.#releases.size > 0;
  }

  /** Resolves when it is released; never, once `signal` is aborted. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return;
      const end = (): void => {
        this.#releases.delete(release);
        signal.removeEventListener("abort", end);
      };
      const release = (): void => {
        end();
        resolve();
      };
      this.#releases.add(release);
      signal.addEventListener("abort", end, { once: true });
    });
  }

  release(): void {
    for (const release of [...this.#releases]) release();
  }
}
