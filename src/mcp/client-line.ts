/** Requests to a client: they go to one that is connected, or wait for the next. */
import { deferred } from "../store/index.ts";
import type { Session } from "./session.ts";

export class ClientLine {
  /** Sessions whose clients have said what they can do, the newest last. */
  readonly #sessions = new Set<Session>();
  #next = deferred<Session>();

  connected(session: Session): void {
    this.#sessions.add(session);
    this.#next.resolve(session);
    this.#next = deferred();
  }

  /**
   * Asks the client of `own` while it is connected, else any other; again where one leaves before
   * it has answered. Gives up, and never settles, once `hasEnded`.
   */
  async ask<T>(
    own: Session,
    question: (session: Session) => Promise<T>,
    hasEnded: () => boolean,
  ): Promise<T> {
    while (!hasEnded()) {
      const session = own.isOpen ? own : (this.#newest() ?? (await this.#next.promise));
      if (hasEnded()) break;
      try {
        return await question(session);
      } catch (error) {
        if (session.isOpen) throw error;
      }
    }
    return await new Promise<never>(() => undefined);
  }

  /** Every client that is connected, and that of `own` while it is. */
  all(own: Session): Session[] {
    this.#newest();
    return [...new Set([...this.#sessions, ...(own.isOpen ? [own] : [])])];
  }

  #newest(): Session | undefined {
    for (const session of this.#sessions) if (!session.isOpen) this.#sessions.delete(session);
    return [...this.#sessions].at(-1);
  }
}
