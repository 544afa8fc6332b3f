/** A simulated service of exchange rates. */
import type { DurableContext } from "../durable/index.ts";
import type { World } from "./world.ts";

/** What one US dollar is in each currency, about. */
const PER_DOLLAR: Readonly<Record<string, number>> = { USD: 1, EUR: 0.92, GBP: 0.79, JPY: 151 };

/** The service has no such currency. */
export class UnknownCurrencyError extends Error {
  override name = "UnknownCurrencyError";
}

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
export function exchangeRate(
  world: World,
  context: DurableContext,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<ExchangeRate> {
  return world.call(context, {
    service: "exchange",
    operation: "rate",
    request: { from, to },
    perform: (draw) => {
      const middle = dollars(to) / dollars(from);
      const rate = from === to ? 1 : middle * (0.99 + draw() * 0.02);
      return { from, to, rate: Number(rate.toPrecision(6)) };
    },
  });
}

function dollars(currency: string): number {
  const rate = Object.hasOwn(PER_DOLLAR, currency) ? PER_DOLLAR[currency] : undefined;
  if (rate === undefined) {
    const known = Object.keys(PER_DOLLAR).join(", ");
    throw new UnknownCurrencyError(`There is no rate for ${currency}; use ${known}.`);
  }
  return rate;
}
