/** The session's messages as exchanges: each request with its answer, notifications alone. */
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
} from "@modelcontextprotocol/sdk/types.js";
import type { RecordedMessage } from "../../mcp/index.ts";

export type Outcome = "waiting" | "answered" | "error" | "cancelled" | "notification";

export interface Exchange {
  /** Counts the exchanges of this page. */
  readonly number: number;
  readonly at: number;
  readonly direction: RecordedMessage["direction"];
  readonly method: string;
  readonly outcome: Outcome;
  readonly sent: unknown;
  readonly answer?: unknown;
  readonly answeredAt?: number;
  /** Of the request, to find its answer by. */
  readonly key?: string;
}

/** How many exchanges are kept. */
const LIMIT = 2000;

export class ProtocolLog {
  #exchanges: readonly Exchange[] = [];
  #count = 0;
  /** Requests are numbered anew in each session. */
  #session = 0;

  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  /** A new client has its own numbers; what waited for an answer in the old session gets none. */
  beginSession(): void {
    this.#session++;
  }

  clear(): void {
    this.#exchanges = [];
  }

  record({ at, direction, message }: RecordedMessage): void {
    const from = (side: RecordedMessage["direction"], id: unknown): string =>
      `${this.#session}/${side}/${String(id)}`;
    if (isJSONRPCRequest(message)) {
      const key = from(direction, message.id);
      this.#add({ at, direction, method: message.method, outcome: "waiting", sent: message, key });
    } else if (isJSONRPCNotification(message)) {
      const { method } = message;
      this.#add({ at, direction, method, outcome: "notification", sent: message });
      if (method === "notifications/cancelled") {
        this.#settle(from(direction, message.params?.["requestId"]), { outcome: "cancelled" });
      }
    } else {
      // An answer goes the other way than its request.
      const asker = direction === "to-client" ? "to-server" : "to-client";
      const isError =
        isJSONRPCErrorResponse(message) ||
        (isJSONRPCResultResponse(message) && message.result["isError"] === true);
      const outcome = isError ? "error" : "answered";
      this.#settle(from(asker, message.id), { outcome, answer: message, answeredAt: at });
    }
  }

  #add(exchange: Omit<Exchange, "number">): void {
    const number = ++this.#count;
    this.#exchanges = [...this.#exchanges.slice(-LIMIT + 1), { ...exchange, number }];
  }

  #settle(key: string, change: Partial<Exchange>): void {
    this.#exchanges = this.#exchanges.map((exchange) =>
      exchange.key === key && exchange.outcome === "waiting"
        ? { ...exchange, ...change }
        : exchange,
    );
  }
}
