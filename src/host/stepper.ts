/**
 * Where calls wait for a person: at breakpoints, and step by step.
 *
 * 1. A call waits at a fault point, so outside of any transaction, until it is decided about or ends.
 * 2. What waits is nowhere stored: a crash ends it, and a reload is one.
 * 3. A step goes to the next point that anything of the same execution passes; two steps go to two.
 */
import {
  matches,
  type Fault,
  type FaultMatch,
  type FaultPoint,
  type Passing,
} from "../durable/index.ts";

/** Where calls wait. */
export interface Breakpoint {
  readonly point: FaultPoint | "every point";
  readonly match?: FaultMatch | undefined;
}

/** A call that waits. */
export interface Pause extends Passing {
  /** Counts the pauses of a stepper. */
  readonly id: number;
}

/** How a call that waits goes on: as far as its next point, to the next breakpoint, or with a fault. */
export type Decision = "step" | "go on" | Pick<Fault, "kind" | "error">;

/** What is asked of who lets calls wait. */
export type Stepping = Pick<Stepper, "breakpoints" | "decide" | "stepInto">;

interface Waiting {
  readonly pause: Pause;
  /** Of its execution. */
  readonly signal: AbortSignal;
  readonly decide: (fault: Fault | undefined) => void;
}

export class Stepper {
  breakpoints: readonly Breakpoint[] = [];
  #waiting: readonly Waiting[] = [];
  /** Invocations that wait at the first point that they pass. */
  readonly #entering = new Set<string>();
  /** How many of its next points each execution, known by its signal, waits at. */
  readonly #steps = new WeakMap<AbortSignal, number>();
  #ids = 0;

  /** @param onChange called whenever something begins to wait, or goes on */
  constructor(private readonly onChange: (pauses: readonly Pause[]) => void) {}

  /** The invocation waits at the first point that it passes, unless `call` has ended by then. */
  async stepInto<T>(invocation: string, call: () => Promise<T>): Promise<T> {
    this.#entering.add(invocation);
    try {
      return await call();
    } finally {
      this.#entering.delete(invocation);
    }
  }

  /** See `FaultInjector`. */
  pause(
    passing: Passing,
    signal: AbortSignal,
    paused: () => void,
  ): Promise<Fault | undefined> | undefined {
    if (signal.aborted || !this.#pausesAt(passing, signal)) return undefined;
    paused();
    const pause: Pause = { ...passing, id: ++this.#ids };
    return new Promise((resolve) => {
      const leave = (): void => {
        signal.removeEventListener("abort", leave);
        this.#set(this.#waiting.filter((waiting) => waiting.pause !== pause));
      };
      const decide = (fault: Fault | undefined): void => {
        leave();
        resolve(fault);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#set([...this.#waiting, { pause, signal, decide }]);
    });
  }

  /** Lets what waits go on; one that waits no more is left alone. */
  decide(id: number, decision: Decision): void {
    const waiting = this.#waiting.find(({ pause }) => pause.id === id);
    if (!waiting) return;
    const { pause, signal, decide } = waiting;
    if (decision === "step") this.#steps.set(signal, (this.#steps.get(signal) ?? 0) + 1);
    const isFault = typeof decision === "object";
    decide(isFault ? { ...decision, point: pause.point, when: { nth: 1 } } : undefined);
  }

  #pausesAt({ invocation, point, ...where }: Passing, signal: AbortSignal): boolean {
    const steps = this.#steps.get(signal) ?? 0;
    if (steps > 0) this.#steps.set(signal, steps - 1);
    const isEntered = this.#entering.delete(invocation);
    const isAt = (at: Breakpoint): boolean => at.point === "every point" || at.point === point;
    return (
      isEntered || steps > 0 || this.breakpoints.some((at) => isAt(at) && matches(at.match, where))
    );
  }

  #set(waiting: readonly Waiting[]): void {
    this.#waiting = waiting;
    this.onChange(waiting.map(({ pause }) => pause));
  }
}
