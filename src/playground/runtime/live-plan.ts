import { FaultPlan, type Fault, type FaultInjector } from "../../durable/index.ts";
import type { Settings } from "./settings.ts";

/** The fault plan as it is set now, for a server that outlives many plans. */
export class LivePlan implements FaultInjector {
  #plan: FaultPlan | undefined;

  set(plan: Settings["plan"]): void {
    this.#plan = plan && new FaultPlan(plan.faults as readonly Fault[], { id: plan.id });
  }

  async strike(...passing: Parameters<FaultInjector["strike"]>): Promise<Fault | undefined> {
    return await this.#plan?.strike(...passing);
  }
}
