/**
 * One example in the page: its store, its world, its server and the client on it.
 *
 * It is the only thing in the page that acts. Panels read the store through queries and this
 * object's snapshot, and call its methods.
 */
import { clockThat } from "../../durable/index.ts";
import type { Example } from "../../examples/index.ts";
import { LivePlan, type Settings, Stepper, type Stepping } from "../../host/index.ts";
import type { ConnectionEvent, MadeDatabase } from "../../store/indexeddb/index.ts";
import type { Simulated, World } from "../../world/index.ts";
import { DataNote } from "./data-note.ts";
import type { Keepers } from "./keepers.ts";
import { hostOf } from "./host-of.ts";
import { PageClient } from "./page-client.ts";
import { ProtocolLog } from "./protocol.ts";
import { RunHold, type LoadRuns } from "./run-hold.ts";
import { ScriptRun } from "./script-run.ts";
import { DraftDesk } from "./drafts.ts";
import { openDatabases } from "./open-databases.ts";
import { SERVED } from "./opened-on.ts";
import { ServerLife } from "./server-life.ts";
import { SettingsDesk, type PageStore } from "./settings-desk.ts";
import { asError, StateCell } from "./state-cell.ts";
import type { PlaygroundState } from "./state.ts";

export class Playground {
  readonly #cell = new StateCell();
  /** Lets calls wait for the person, and go on. */
  readonly #ownStepper = new Stepper((pauses) => this.#cell.set({ pauses }));
  stepper: Stepping = this.#ownStepper;
  readonly #plan = new LivePlan((...passing) =>
    // A script's calls pause for nobody: it is watched, and waits for them.
    this.#cell.state.transcriptRunning ? undefined : this.#ownStepper.pause(...passing),
  );
  readonly #protocol = new ProtocolLog((protocol) => this.#cell.receive({ protocol }));
  /** Acts as the page's MCP client. */
  readonly client = new PageClient(this.#cell, this.#protocol);
  /** Runs the example's client script. */
  readonly script: ScriptRun;
  /** What a person has set, the plan of faults among it. */
  readonly settings: SettingsDesk;
  /** What is being typed. */
  readonly drafts: DraftDesk;
  /** A sweep's run has none: it is there to be cleared away. */
  readonly #note: DataNote | undefined;
  readonly #clock = clockThat(() => this.#cell.state.settings.delays === "skip");
  /** The life and death of servers, one thing after the other. */
  #lifecycle: Promise<unknown> = Promise.resolve();
  #store: PageStore | undefined;
  #world: World | undefined;
  #keepers: Keepers | undefined;
  readonly #server: ServerLife;
  /** Counts openings: what an earlier one had begun is left alone. */
  #life = 0;
  readonly #hold: RunHold;

  /** @param run the database of a sweep's run, in place of the example's own */
  constructor(
    readonly example: Example,
    readonly run: string | null = null,
    runs?: LoadRuns,
  ) {
    this.#hold = new RunHold(run, runs);
    this.#server = new ServerLife(example.name, this.#cell, this.client);
    this.#note = run === null ? new DataNote(this.database) : undefined;
    this.#cell.set({ loss: this.#note?.loss });
    const store = (): PageStore | undefined => this.#store;
    this.settings = new SettingsDesk(this.#cell, store, (settings) => this.#apply(settings));
    this.drafts = new DraftDesk(this.#cell, example.name);
    this.script = new ScriptRun(example, this.#cell, this.#protocol, (signal) =>
      this.#server.running(signal),
    );
  }

  get database(): string {
    return this.run ?? `playground-${this.example.name}`;
  }
  readonly subscribe = this.#cell.subscribe;
  readonly subscribePaced = this.#cell.subscribePaced;
  readonly until = this.#cell.until;
  readonly snapshot = (): PlaygroundState => this.#cell.state;

  /** Does what a person asks for, and reports what keeps it from being done. @returns whether it was */
  attempt(work: () => unknown): Promise<boolean> {
    return this.#cell.attempt(work);
  }

  get store(): PageStore | undefined {
    return this.#store;
  }

  get world(): World | undefined {
    return this.#world;
  }

  /** Opens the databases and starts the server; again, after they could not be opened. */
  open(): Promise<void> {
    const life = ++this.#life;
    // At once: the page that showed another run of the sweep clears up when it is closed.
    const held = this.#hold.acquire();
    held.catch(() => undefined); // It is waited for when it is the turn.
    return this.#inOrder(async () => {
      const { connection: _, error: __, ...state } = this.#cell.state;
      this.#cell.replace({ ...state, phase: "opening" });
      if (!(await this.#openDatabases(life, held))) return;
      await this.#openKeepers(life);
      await this.#server.start();
    });
  }

  /** Leaves nothing running. */
  async close(): Promise<void> {
    this.#life++;
    await this.script.stop();
    await this.#inOrder(() => this.#stop());
    await this.#hold.release();
  }

  /** Starts a server on the store, where none is running. */
  start(): Promise<void> {
    return this.#inOrder(() => this.#server.start());
  }

  /** Starts a server though another may live: the person says that it does not. */
  takeOver(): Promise<void> {
    return this.#inOrder(() => this.#server.start({ takeOver: true }));
  }

  crash(): void {
    this.#server.host?.crash();
  }

  /** Stops the server in order, if it is running, and starts the next. */
  restart(): Promise<void> {
    return this.#inOrder(() => this.#server.restart());
  }

  /**
   * Empties the store and the ledger, and starts a new server. The settings stay. Resolves with
   * whether everything was wiped.
   */
  async wipe(): Promise<boolean> {
    await this.script.stop();
    let wiped = false;
    await this.#inOrder(async () => {
      const { host } = this.#server;
      if (!host?.wipe) await this.#server.stop();
      wiped = await this.#cell.attempt(async () => {
        await (host?.wipe?.() ?? this.#store?.wipe());
        if (!host?.wipe) await this.#world?.ledger.wipe();
        this.#note?.clear();
        this.#cell.set({ client: new Map(), transcript: [], loss: undefined });
        this.#cell.log("info", "Everything was wiped.");
      });
      await this.#server.start();
    });
    return wiped;
  }

  async #openKeepers(life: number): Promise<void> {
    try {
      const { Keepers } = await import("./keepers.ts");
      const { database, run } = this;
      if (life !== this.#life || !this.#store) return;
      this.#keepers ??= new Keepers(this.#cell, this.#protocol, database, run !== null);
      this.#keepers.open(this.#store);
    } catch (error) {
      this.#cell.log("warning", `What the client sees is not kept: ${asError(error).message}`);
    }
  }

  async #openDatabases(life: number, held: Promise<void>): Promise<boolean> {
    try {
      await held;
      const { store, world, settings, host, stepper } = await (this.example.name === SERVED
        ? this.#openServed(life)
        : this.#openHere(life));
      if (life !== this.#life) {
        await store.close();
        await world.ledger.close();
        return false;
      }
      this.#store = store;
      this.#world = world;
      this.#server.host = host;
      this.stepper = stepper;
      this.settings.adopt(settings);
      store.subscribe((change) => this.#note?.saw(change));
      store.subscribe(({ tables, remote }) => {
        if (remote && tables.includes("settings"))
          void this.#cell.attempt(() => this.settings.read());
      });
      const { connection: _, ...opened } = this.#cell.state;
      this.#cell.replace({ ...opened, phase: "ready", opened: life });
      return true;
    } catch (error) {
      if (life === this.#life) {
        this.#cell.set({ phase: "failed", error: asError(error), server: "stopped" });
      }
      return false;
    }
  }

  async #openHere(life: number) {
    const name = this.database;
    const onConnection = (event: ConnectionEvent): void => {
      if (life === this.#life) this.#onConnection(event);
    };
    const onMade = (made: MadeDatabase): void => {
      this.#note?.made(made);
      this.#cell.set({ loss: this.#note?.loss });
    };
    const clock = this.#clock;
    const mustBeThere = this.run !== null;
    const opened = await openDatabases({ name, mustBeThere, clock, onConnection, onMade });
    const host = await hostOf({
      ...opened,
      example: this.example,
      clock,
      settings: this.#serverSettings,
      cell: this.#cell,
      onCrash: (id, host) => this.#server.hasCrashed(id, host),
    });
    return { ...opened, host, stepper: this.#ownStepper };
  }

  /** Of a server in another process. */
  async #openServed(life: number) {
    const { openServed } = await import("./open-served.ts");
    return await openServed({
      cell: this.#cell,
      server: this.#server,
      settings: this.settings,
      isWanted: () => life === this.#life,
      onNext: () => void this.start(),
      onLost: () => this.#onConnection("lost"),
      onBack: () => void this.open(),
    });
  }

  async #stop(): Promise<void> {
    const store = this.#store;
    const world = this.#world;
    this.#store = undefined;
    this.#world = undefined;
    this.#keepers?.close();
    await this.#server.leave();
    this.#server.host = undefined;
    await store?.close();
    await world?.ledger.close();
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#lifecycle.then(work);
    this.#lifecycle = done.catch((error: unknown) =>
      this.#cell.reportProblem(asError(error).message),
    );
    return done;
  }

  /** What the running server simulates, as its author says. */
  async simulated(): Promise<readonly Simulated[]> {
    return (await this.#server.host?.simulated?.()) ?? this.#world?.simulated() ?? [];
  }

  /** Whether a call hangs because of a fault. */
  get isHanging(): boolean {
    return this.#server.host?.isHanging ?? false;
  }

  release(): void {
    this.#server.host?.release();
  }

  async resume(id: string): Promise<void> {
    await this.#cell.attempt(() => this.#server.host?.resume(id));
  }

  dismiss(): void {
    this.#cell.dismiss();
  }

  /** Puts away the word of what the browser lost, for good. */
  dismissLoss(): void {
    this.#note?.dismiss();
    this.#cell.set({ loss: undefined });
  }

  /** Stops the server in order and starts none: nothing is left running. */
  stop(): Promise<void> {
    return this.#inOrder(() => this.#server.stop());
  }

  clearProtocol(): void {
    this.#protocol.clear();
  }

  #apply(settings: Settings): void {
    this.#plan.set(settings.plan);
    this.stepper.breakpoints = settings.breakpoints;
    if (this.#keepers) this.#keepers.keep = settings.keepRecordings;
    if (this.#world) {
      this.#world.latencyMs = settings.latencyMs;
      this.#world.changes = settings.simulations;
    }
    this.#cell.set({ settings });
    this.#server.host?.configure(this.#serverSettings);
  }

  get #serverSettings() {
    const { guards, effectValidation, resume, latencyMs, simulations, delays } =
      this.#cell.state.settings;
    // A sweep's run is looked at as it was left.
    return {
      faults: this.#plan,
      guards,
      effectValidation,
      latencyMs,
      simulations,
      delays,
      resume: this.run === null ? resume : "hold",
    } as const;
  }

  #onConnection(event: ConnectionEvent | "lost"): void {
    if (event === "blocked") {
      this.#cell.set({ connection: event });
      return;
    }
    this.#cell.set({ phase: "closed", connection: event, server: "stopped" });
    void this.#cell.attempt(() => this.#inOrder(() => this.#stop()));
  }
}
