/** Runs the payment server end to end: the three ways in which a payment can end, and a retry of each. */
import { z } from "zod";
import type { ClientScript } from "../client-script.ts";

const Paid = z.object({ payment: z.object({ transaction_id: z.string() }) });

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();

  script.heading("A payment");
  const book = { amount: 25, description: "Book" };
  const paid = await script.call("process_payment", book);

  script.heading("The same payment again, as a retry: what is stored answers");
  await script.call("process_payment", book, paid.invocation);
  const payment = Paid.safeParse(paid.structuredContent);
  if (payment.success) await script.call("get_payment", payment.data.payment);
  else
    script.note("Whether it was charged is for the bank to say: no payment is there to look up.");

  script.heading("A payment whose first attempt fails: retried by the guard");
  await script.call("process_payment", { amount: 12.01, currency: "EUR" });

  script.heading("A rejected payment, and its retry");
  const rejected = { amount: 10, currency: "XYZ" };
  const { invocation } = await script.call("process_payment", rejected);
  await script.call("process_payment", rejected, invocation);

  script.heading("More than the account holds");
  await script.call("process_payment", { amount: 100_001 });

  script.heading("What may be repeated");
  await script.call("fetch_exchange_rate", { from_currency: "USD", to_currency: "JPY" });
  await script.call("get_payment", { transaction_id: "txn_unknown" });
}
