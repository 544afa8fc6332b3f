/**
 * Where calls wait for a person: at breakpoints, and step by step.
 *
 * 1. A call waits at a fault point, so outside of any transaction, until it is decided about or ends.
 * 2. What waits is nowhere stored: a crash ends it, and a reload is one.
 * 3. A step goes to the next point that anything of the same execution passes.
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
export type Decision = "step" | "go on" | Pick<Fault, "kind" | "error" | "ms">;

interface Waiting {
  readonly pause: Pause;
  readonly decide: (fault: Fault | undefined) => void;
}

export class Stepper {
  breakpoints: readonly Breakpoint[] = [];
  #waiting: readonly Waiting[] = [];
  /** Invocations whose next point is waited at, with the execution where it is known. */
  readonly #stepping = new Map<string, number | undefined>();
  #ids = 0;

  /** @param onChange called whenever something begins to wait, or goes on */
  constructor(private readonly onChange: (pauses: readonly Pause[]) => void) {}

  /** The invocation waits at the first point that it passes. */
  stepInto(invocation: string): void {
    this.#stepping.set(invocation, undefined);
  }

  /** See `FaultInjector`. */
  pause(passing: Passing, signal: AbortSignal): Promise<Fault | undefined> | undefined {
    if (!this.#pausesAt(passing)) return undefined;
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
      this.#set([...this.#waiting, { pause, decide }]);
    });
  }

  /** Lets what waits go on; one that waits no more is left alone. */
  decide(id: number, decision: Decision): void {
    const waiting = this.#waiting.find(({ pause }) => pause.id === id);
    if (!waiting) return;
    const { invocation, execution, point } = waiting.pause;
    if (decision === "step") this.#stepping.set(invocation, execution);
    const isFault = typeof decision === "object";
    waiting.decide(isFault ? { ...decision, point, when: { nth: 1 } } : undefined);
  }

  #pausesAt({ invocation, execution, point, ...where }: Passing): boolean {
    const stepped = this.#stepping.get(invocation) ?? execution;
    const isStepping = this.#stepping.delete(invocation) && stepped === execution;
    const isAt = (at: Breakpoint): boolean => at.point === "every point" || at.point === point;
    return isStepping || this.breakpoints.some((at) => isAt(at) && matches(at.match, where));
  }

  #set(waiting: readonly Waiting[]): void {
    this.#waiting = waiting;
    this.onChange(waiting.map(({ pause }) => pause));
  }
}
