/** Time as a parameter: delays run on the clock that a server is given. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; never, once `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A browser's timer that is set for longer fires at once. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return;
      const stop = (): void => clearTimeout(timer);
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
        Math.min(ms, LONGEST_DELAY_MS),
      );
      signal?.addEventListener("abort", stop, { once: true });
    }),
};

/** The system's time, but no delay takes any: for people and sweeps that do not want to wait. */
export const skippingClock: Clock = {
  now: () => Date.now(),
  sleep: (_ms, signal) =>
    new Promise((resolve) => {
      if (!signal?.aborted) resolve();
    }),
};

/** The system's time; a delay takes as long as is said when it begins. */
export function clockThat(skips: () => boolean): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) => (skips() ? skippingClock : systemClock).sleep(ms, signal),
  };
}

/** A clock that stands still until it is advanced: for tests. */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** How many sleeps are waiting. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return;
      const end = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", end);
      };
      const wake = (): void => {
        end();
        resolve();
      };
      const sleeper = { until: this.#now + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", end, { once: true });
    });
  }

  /** Lets `ms` milliseconds pass and wakes, in order of their time, all that sleep no longer. */
  advance(ms: number): void {
    this.#now += ms;
    const due = [...this.#sleepers].filter(({ until }) => until <= this.#now);
    for (const { wake } of due.sort((a, b) => a.until - b.until)) wake();
  }
}
