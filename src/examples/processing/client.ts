/** Runs the payment server end to end: the three ways in which a payment can end, and a retry of each. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { callTool, listTools } from "../client-script.ts";
import type { Print } from "../example.ts";

export async function runClient(client: Client, print: Print): Promise<void> {
  await listTools(client, print);

  print({ kind: "heading", text: "A payment" });
  const paid = await callTool(client, print, "process_payment", {
    amount: 25,
    description: "Book",
  });
  const { transaction_id } = paid.structuredContent?.["payment"] as { transaction_id: string };

  print({ kind: "heading", text: "The same payment again: answered from the store" });
  await callTool(
    client,
    print,
    "process_payment",
    { amount: 25, description: "Book" },
    paid.invocation,
  );
  await callTool(client, print, "get_payment", { transaction_id });

  print({ kind: "heading", text: "A payment whose first attempt fails: retried by the guard" });
  await callTool(client, print, "process_payment", { amount: 12.01, currency: "EUR" });

  print({ kind: "heading", text: "A rejected payment, and its retry" });
  const rejected = { amount: 10, currency: "XYZ" };
  const { invocation } = await callTool(client, print, "process_payment", rejected);
  await callTool(client, print, "process_payment", rejected, invocation);

  print({ kind: "heading", text: "More than the account holds" });
  await callTool(client, print, "process_payment", { amount: 100_001 });

  print({ kind: "heading", text: "What may be repeated" });
  await callTool(client, print, "fetch_exchange_rate", {
    from_currency: "USD",
    to_currency: "JPY",
  });
  await callTool(client, print, "get_payment", { transaction_id: "txn_unknown" });
}
