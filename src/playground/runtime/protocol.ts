/** The sessions' messages as exchanges: each request with its answer, notifications alone. */
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
} from "@modelcontextprotocol/sdk/types.js";
import type { RecordedMessage, Recorder } from "../../mcp/index.ts";

export const OUTCOMES = [
  "waiting",
  "answered",
  "error",
  "cancelled",
  "lost",
  "notification",
] as const;
export const DIRECTIONS = ["to-server", "to-client"] as const;
/** `lost`: no answer will come, for it was lost or the session ended first. */
export type Outcome = (typeof OUTCOMES)[number];

/** Whose session it is: the page's own client, or the client script's. */
export type ClientName = "page" | "script";

export interface Exchange {
  /** Counts the exchanges of this tab. */
  readonly number: number;
  /** Counts the sessions of this tab. */
  readonly session: number;
  readonly client: ClientName;
  readonly at: number;
  readonly direction: RecordedMessage["direction"];
  readonly method: string;
  readonly outcome: Outcome;
  readonly sent: unknown;
  readonly answer?: unknown;
  /** When it got its outcome. */
  readonly endedAt?: number;
  /** Of a request, within its session and direction. */
  readonly id?: string | number;
}

/** How many exchanges are kept. */
const LIMIT = 2000;

const OPPOSITE = { "to-server": "to-client", "to-client": "to-server" } as const;

export class ProtocolLog {
  #exchanges: readonly Exchange[] = [];
  #count = 0;
  #sessions = 0;

  constructor(private readonly onChange: (exchanges: readonly Exchange[]) => void) {}

  clear(): void {
    this.#replace([]);
  }

  /** Begins with what was kept: what comes is counted on from there. */
  restore(exchanges: readonly Exchange[]): void {
    this.#count = Math.max(this.#count, ...exchanges.map(({ number }) => number));
    this.#sessions = Math.max(this.#sessions, ...exchanges.map(({ session }) => session));
    this.#replace([...exchanges, ...this.#exchanges]);
  }

  /** Records a session of its own: every client counts its requests from zero. */
  beginSession(client: ClientName): Recorder {
    const session = ++this.#sessions;
    const add = (exchange: Omit<Exchange, "number" | "session" | "client">): void => {
      const number = ++this.#count;
      const full = { ...exchange, number, session, client };
      this.#replace([...this.#exchanges.slice(-LIMIT + 1), full]);
    };
    const settle = (change: Partial<Exchange>, which: (exchange: Exchange) => boolean): void =>
      this.#replace(
        this.#exchanges.map((exchange) =>
          exchange.session === session && exchange.outcome === "waiting" && which(exchange)
            ? { ...exchange, ...change }
            : exchange,
        ),
      );
    const isRequest =
      (direction: Exchange["direction"], id: unknown) =>
      (exchange: Exchange): boolean =>
        exchange.direction === direction && exchange.id === id;
    return {
      message: ({ at, direction, message }) => {
        if (isJSONRPCRequest(message)) {
          const { method, id } = message;
          add({ at, direction, method, outcome: "waiting", sent: message, id });
        } else if (isJSONRPCNotification(message)) {
          const { method, params } = message;
          add({ at, direction, method, outcome: "notification", sent: message });
          if (method === "notifications/cancelled") {
            settle({ outcome: "cancelled", endedAt: at }, isRequest(direction, params?.requestId));
          }
        } else {
          const isError =
            isJSONRPCErrorResponse(message) ||
            (isJSONRPCResultResponse(message) && message.result["isError"] === true);
          const outcome = isError ? "error" : "answered";
          settle(
            { outcome, answer: message, endedAt: at },
            isRequest(OPPOSITE[direction], message.id),
          );
        }
      },
      lost: (at, id) => settle({ outcome: "lost", endedAt: at }, isRequest("to-server", id)),
      closed: (at) => settle({ outcome: "lost", endedAt: at }, () => true),
    };
  }

  #replace(exchanges: readonly Exchange[]): void {
    this.#exchanges = exchanges;
    this.onChange(exchanges);
  }
}
