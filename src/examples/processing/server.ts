/** Payments that are charged at most once, whatever fails on the way. */
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  AtMostOnceFailedBeforeCompleting,
  fromBytes,
  NetworkError,
  SortedMap,
  toBytes,
  type DurableContext,
} from "../../durable/index.ts";
import { structured, type DurableMcpServer } from "../../mcp/index.ts";
import {
  charge,
  exchangeRate,
  InsufficientFundsError,
  PaymentRejectedError,
  simulateBank,
  simulateExchange,
  UnknownCurrencyError,
  type World,
} from "../../world/index.ts";
import { stableId } from "../stable-id.ts";

const Payment = z.object({
  transaction_id: z.string(),
  amount: z.number(),
  currency: z.string(),
  description: z.string().optional(),
  status: z.literal("completed"),
});
const Rate = z.object({ from: z.string(), to: z.string(), rate: z.number() });
const status = z.enum(["success", "error"]);
const message = z.string().optional();

/** Payments over it are confirmed first. */
const CONFIRM_OVER = 1_000;
const KNOWN = ["USD", "EUR", "GBP", "JPY"];
const Answer = z.object({ action: z.enum(["accept", "decline", "cancel"]) });
/** What a client answers that has no such method. */
const UNABLE: number = ErrorCode.MethodNotFound;

const payments = SortedMap.ref("payments");
const retryAttempts = SortedMap.ref("retry_attempts");

export default function register(server: DurableMcpServer, world: World): void {
  simulateBank(world);
  simulateExchange(world);
  server.registerErrors({ PaymentRejectedError, InsufficientFundsError });

  server.registerTool(
    "process_payment",
    {
      title: "Process a payment",
      description:
        "Charges the amount once. A retry with the same invocation id never charges again: it " +
        "answers with the first result, or says that the payment failed before. Over 1,000, the " +
        "person at the client is asked first, where the client can ask.",
      inputSchema: {
        amount: z
          .number()
          .positive()
          .meta({ description: "How much to charge, up to 100,000.", examples: [25] }),
        currency: z
          .string()
          .default("USD")
          .meta({ description: "USD, EUR, GBP or JPY.", examples: KNOWN }),
        description: z.string().optional().describe("What the payment is for."),
      },
      outputSchema: {
        status,
        payment: Payment.optional(),
        error_type: z.string().optional(),
        message,
        retryable: z.boolean().optional(),
      },
      annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: true },
    },
    async ({ amount, currency, description }, context) => {
      const transaction_id = stableId("txn", context.invocationId);
      try {
        if (amount > CONFIRM_OVER) await confirm(context, amount, currency);
        const payment = await atMostOnce(
          "payment",
          context,
          async (context) => {
            await failOnceFor01(context, transaction_id, amount);
            const receipt = await charge(context, { transaction_id, amount, currency });
            const payment = { ...receipt, ...(description === undefined ? {} : { description }) };
            await payments.insert(context, { entries: { [transaction_id]: toBytes(payment) } });
            return payment;
          },
          { schema: Payment, retryableErrors: [NetworkError] },
        );
        return structured({ status: "success", payment });
      } catch (error) {
        return structured({ status: "error", ...explain(error, transaction_id) });
      }
    },
  );

  server.registerTool(
    "get_payment",
    {
      title: "Get a payment",
      description: "Finds a completed payment by its transaction id.",
      inputSchema: { transaction_id: z.string().describe("From process_payment's answer.") },
      outputSchema: { status, payment: Payment.optional(), message },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ transaction_id }, context) => {
      const { value } = await payments.get(context, { key: transaction_id });
      if (!value) {
        return structured({
          status: "error",
          message: `No payment ${transaction_id} is recorded.`,
        });
      }
      return structured({ status: "success", payment: Payment.parse(fromBytes(value)) });
    },
  );

  server.registerTool(
    "fetch_exchange_rate",
    {
      title: "Fetch an exchange rate",
      description: "Looks up what one unit of a currency is in another. Safe to repeat.",
      inputSchema: {
        from_currency: z.string().meta({ description: "USD, EUR, GBP or JPY.", examples: KNOWN }),
        to_currency: z
          .string()
          .meta({ description: "USD, EUR, GBP or JPY.", examples: ["EUR", "USD", "GBP", "JPY"] }),
      },
      outputSchema: { status, data: Rate.optional(), message },
      annotations: { readOnlyHint: true, openWorldHint: true },
    },
    async ({ from_currency, to_currency }, context) => {
      try {
        const data = await atLeastOnce(
          "fetch_rate",
          context,
          (context) => exchangeRate(context, { from: from_currency, to: to_currency }),
          { schema: Rate },
        );
        return structured({ status: "success", data });
      } catch (error) {
        if (!(error instanceof UnknownCurrencyError)) throw error;
        return structured({ status: "error", message: error.message });
      }
    },
  );
}

/**
 * Asks the person at the client before a large payment. The answer is guarded: a retry does not ask
 * again. A client that cannot ask anyone is taken at its word.
 */
async function confirm(context: DurableContext, amount: number, currency: string): Promise<void> {
  const action = await atLeastOnce(
    "confirmation",
    context,
    async (context) => {
      const question = {
        message: `Charge ${amount} ${currency}? It is more than ${CONFIRM_OVER}.`,
        requestedSchema: { type: "object", properties: {} },
      };
      try {
        const answer = await context.request({ method: "elicitation/create", params: question });
        return Answer.parse(answer).action;
      } catch (error) {
        if (!(error instanceof McpError && error.code === UNABLE)) throw error;
        await context.log("warning", `${amount} ${currency} unconfirmed: the client cannot ask.`);
        return "accept";
      }
    },
    { schema: Answer.shape.action, retryPolicy: { maxAttempts: 1 } },
  );
  if (action !== "accept") {
    throw new PaymentRejectedError(`The person's answer to the question was: ${action}.`);
  }
}

/** An amount whose cents are .01 fails once in its invocation; the map remembers that it did. */
async function failOnceFor01(context: DurableContext, transaction_id: string, amount: number) {
  if (Math.round(amount * 100) % 100 !== 1) return;
  const { value } = await retryAttempts.get(context, { key: transaction_id });
  if (value) return;
  await retryAttempts.insert(context, { entries: { [transaction_id]: toBytes({ failed: 1 }) } });
  throw new NetworkError("The payment service could not be reached.");
}

/** @param id what the bank knows the payment by */
function explain(
  error: unknown,
  id: string,
): { error_type: string; message: string; retryable: boolean } {
  if (error instanceof NetworkError) {
    const message = `The payment service is unavailable; retry later. ${error.message}`;
    return { error_type: "network_error", message, retryable: true };
  }
  if (error instanceof AtMostOnceFailedBeforeCompleting) {
    const message =
      "An earlier try of this payment failed, and it is never tried again. Unless this says why it " +
      `was refused, ask the bank whether ${id} was charged: ${error.cause.message}`;
    return { error_type: "payment_failed", message, retryable: false };
  }
  if (!(error instanceof Error)) throw error;
  const isRejected =
    error instanceof PaymentRejectedError || error instanceof InsufficientFundsError;
  const message = isRejected
    ? `The payment was rejected: ${error.message}`
    : `The payment failed, and may have been charged: ask the bank for ${id}. ${error.message}`;
  return { error_type: error.name, message, retryable: false };
}
