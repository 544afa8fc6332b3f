import { EffectRefused } from "../durable/index.ts";

/** What the examples' services do where effects are real: there is nothing behind them. */
export function simulatedOnly(): never {
  throw new EffectRefused("This service is simulated only: there is nothing real behind it.");
}
