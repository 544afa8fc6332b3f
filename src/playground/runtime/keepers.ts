/** What goes on beside the server: what the client saw is kept, and recordings are trimmed. Loaded after the page. */
import type { InspectableStore } from "../../store/index.ts";
import { ClientMemory } from "./client-memory.ts";
import type { ProtocolLog } from "./protocol.ts";
import { asError, type StateCell } from "./state-cell.ts";
import { Trimmer } from "./trimmer.ts";

export class Keepers {
  /** A sweep's run has none: it goes with Explore. */
  readonly #memory: ClientMemory | undefined;
  #trimmer: Trimmer | undefined;

  constructor(
    private readonly cell: StateCell,
    protocol: ProtocolLog,
    database: string,
    isRun: boolean,
  ) {
    this.#memory = isRun ? undefined : new ClientMemory(cell, protocol, database);
  }

  /** The database is open, for the first time or again. */
  open(store: InspectableStore): void {
    this.#memory?.follow();
    this.#trimmer = new Trimmer(store, (error) =>
      this.cell.log("error", `Old recordings could not be trimmed: ${asError(error).message}`),
    );
    this.keep = this.cell.state.settings.keepRecordings;
  }

  /** How many calls, the newest, keep their recording; `undefined` for all. */
  set keep(keep: number | undefined) {
    if (this.#trimmer) this.#trimmer.keep = keep;
  }

  close(): void {
    this.#memory?.stop();
    this.#trimmer?.close();
  }
}
