/** What the tables of one store share: each exports its slice of the port, and `open-store.ts` composes them. */
import type { PlaygroundDatabase } from "./schema.ts";

export interface Connection {
  readonly db: PlaygroundDatabase;
  /** By `seq`, the invocations that are executing over this connection, as far as it knows. */
  readonly executing: Set<number>;
}
