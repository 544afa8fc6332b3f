/** A simulated payment service. */
import { effect, type DurableContext } from "../durable/index.ts";
import { simulatedOnly } from "./simulated-only.ts";
import type { Simulation, World } from "./world.ts";

/** The bank takes no such payment: nothing was charged, and nothing ever will be. */
export class PaymentRejectedError extends Error {
  override name = "PaymentRejectedError";
}

/** The account does not hold that much: nothing was charged. */
export class InsufficientFundsError extends Error {
  override name = "InsufficientFundsError";
}

const CURRENCIES = ["USD", "EUR", "GBP", "JPY"];
const FUNDS = 100_000;

/** What to charge. */
export interface Charge {
  readonly transaction_id: string;
  readonly amount: number;
  readonly currency: string;
}

/** What the bank answers. */
export interface Receipt extends Charge {
  readonly status: "completed";
}

/**
 * Charges an account.
 *
 * @throws PaymentRejectedError for a currency other than USD, EUR, GBP and JPY
 * @throws InsufficientFundsError for more than 100,000
 */
export async function charge(context: DurableContext, request: Charge): Promise<Receipt> {
  return await effect<Receipt>(context, "bank.charge", { ...request }, simulatedOnly);
}

const bank: Simulation<Charge> = {
  perform(request) {
    if (!CURRENCIES.includes(request.currency)) {
      throw new PaymentRejectedError(
        `The bank does not take ${request.currency}; use ${CURRENCIES.join(", ")}.`,
      );
    }
    if (request.amount > FUNDS) {
      throw new InsufficientFundsError(`The account does not hold ${request.amount}.`);
    }
    return { ...request, status: "completed" } satisfies Receipt;
  },
};

/** Lets the bank stand in for `bank.charge`. */
export function simulateBank(world: World): void {
  world.simulate("bank.charge", bank);
}
