/** Keeps a sweep's run while it is shown: who clears up leaves it alone. */
import type { Release, Scratch } from "./scratch.ts";

export type LoadRuns = () => Promise<Pick<Scratch, "hold" | "clear">>;

/** Loaded where a sweep's run is looked at. */
const loadRuns: LoadRuns = async () => (await import("./scratch.ts")).scratch;

export class RunHold {
  #held: Promise<Release> | undefined;

  /** @param run the name of the run's database; `null` where none is shown, and nothing is held */
  constructor(
    private readonly run: string | null,
    private readonly runs = loadRuns,
  ) {}

  /** Resolves when it is held. */
  async acquire(): Promise<void> {
    const { run } = this;
    if (run === null) return;
    this.#held ??= this.runs().then((runs) => runs.hold(run));
    try {
      await this.#held;
    } catch (error) {
      this.#held = undefined;
      throw error;
    }
  }

  /** Lets it go; what nobody holds is then cleared away. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    // What could not be held was told when it was to be opened.
    const release = await held?.catch(() => undefined);
    if (!release) return;
    await release();
    void this.runs().then(
      (runs) => runs.clear(),
      () => undefined,
    );
  }
}
