import { FaultPlan, type Fault, type FaultInjector } from "../durable/index.ts";
import type { Settings } from "./settings.ts";

/** The faults as they are set now, for a server that sees many plans. */
export class LivePlan implements FaultInjector {
  #plans: readonly FaultPlan[] = [];

  /** @param pause lets a call wait for the person */
  constructor(readonly pause: NonNullable<FaultInjector["pause"]>) {}

  set(plan: Settings["plan"]): void {
    const faults = plan?.faults ?? [];
    this.#plans = faults.map(({ id, fault }) => new FaultPlan([fault as Fault], { id }));
  }

  async strike(...passing: Parameters<FaultInjector["strike"]>): Promise<Fault | undefined> {
    let due: Fault | undefined;
    for (const plan of this.#plans) {
      const fault = await plan.strike(...passing);
      due ??= fault;
    }
    return due;
  }
}
