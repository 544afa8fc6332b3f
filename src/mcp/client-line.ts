/** Requests to a client: they go to the newest one that is connected, or wait for the next. */
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { deferred } from "../store/index.ts";
import type { Session } from "./session.ts";

const CLOSED: number = ErrorCode.ConnectionClosed;

export class ClientLine {
  #newest: Session | undefined;
  #next = deferred<Session>();

  connected(session: Session): void {
    this.#newest = session;
    this.#next.resolve(session);
    this.#next = deferred();
  }

  /** Asks again where the client leaves before it has answered. */
  async ask<T>(question: (session: Session) => Promise<T>): Promise<T> {
    for (;;) {
      const session = this.#newest?.isOpen ? this.#newest : await this.#next.promise;
      try {
        return await question(session);
      } catch (error) {
        if (!isConnectionClosed(error)) {
          throw error;
        }
      }
    }
  }
}

function isConnectionClosed(error: unknown): boolean {
  return error instanceof McpError && error.code === CLOSED;
}
