/** What the tables of one store share: each exports its slice of the port, and `open-store.ts` composes them. */
import type { StoreChange } from "../change-feed.ts";
import type { PlaygroundDatabase } from "./schema.ts";

export interface Connection {
  readonly db: PlaygroundDatabase;
  /** By `seq`, the invocations that are executing over this connection, as far as it knows. */
  readonly executing: Set<number>;
  /** Tells every subscriber of what was committed. */
  readonly tell: (change: Omit<StoreChange, "remote">) => void;
}
