/** What the tables of one store share: each exports its slice of the port, and `open-store.ts` composes them. */
import type { PlaygroundDatabase } from "./schema.ts";

export interface Connection {
  readonly db: PlaygroundDatabase;
  /** By the invocation's `seq`, the executions that run over this connection, as far as it knows. */
  readonly executing: Map<number, Executing>;
}

export interface Executing {
  readonly execution: number;
  /** Alias → the attempt that it has claimed and not settled. */
  readonly claims: Map<string, number>;
}
