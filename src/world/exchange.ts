/** A simulated service of exchange rates. */
import { effect, type DurableContext } from "../durable/index.ts";
import { simulatedOnly } from "./simulated-only.ts";
import type { Simulation, World } from "./world.ts";

/** What one US dollar is in each currency, about. */
const PER_DOLLAR: Readonly<Record<string, number>> = { USD: 1, EUR: 0.92, GBP: 0.79, JPY: 151 };

/** The service has no such currency. */
export class UnknownCurrencyError extends Error {
  override name = "UnknownCurrencyError";
}

/** What one unit of `from` is in `to`. */
export interface ExchangeRate {
  readonly from: string;
  readonly to: string;
  readonly rate: number;
}

/**
 * What one unit of a currency is in another: within a percent of the middle rate, by the world's seed.
 *
 * @throws UnknownCurrencyError for a currency other than USD, EUR, GBP and JPY
 */
export async function exchangeRate(
  context: DurableContext,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<ExchangeRate> {
  const asked = { from, to };
  const options = { repeatable: true };
  return await effect<ExchangeRate>(context, "exchange.rate", asked, simulatedOnly, options);
}

const exchange: Simulation<{ readonly from: string; readonly to: string }> = {
  perform({ from, to }, draw) {
    const middle = dollars(to) / dollars(from);
    const rate = from === to ? 1 : middle * (0.99 + draw() * 0.02);
    return { from, to, rate: Number(rate.toPrecision(6)) } satisfies ExchangeRate;
  },
};

function dollars(currency: string): number {
  const rate = Object.hasOwn(PER_DOLLAR, currency) ? PER_DOLLAR[currency] : undefined;
  if (rate === undefined) {
    const known = Object.keys(PER_DOLLAR).join(", ");
    throw new UnknownCurrencyError(`There is no rate for ${currency}; use ${known}.`);
  }
  return rate;
}

/** Lets the service stand in for `exchange.rate`. */
export function simulateExchange(world: World): void {
  world.simulate("exchange.rate", exchange);
}
