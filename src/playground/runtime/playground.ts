/**
 * One example in the page: its store, its world, its server and the client on it.
 *
 * It is the only thing in the page that acts. Panels read the store through queries and this
 * object's snapshot, and call its methods.
 */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CallToolResultSchema,
  ErrorCode,
  McpError,
  type CallToolResult,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { skippingClock, systemClock, uuidv7, type Clock } from "../../durable/index.ts";
import type { Example, TranscriptLine } from "../../examples/index.ts";
import { connect, INVOCATION_ID, type DurableMcpServer } from "../../mcp/index.ts";
import {
  openStore,
  type ConnectionEvent,
  type DurableStore,
  type InvocationRecord,
  type MapChange,
} from "../../store/index.ts";
import { openWorld, type World } from "../../world/index.ts";
import { LivePlan } from "./live-plan.ts";
import { recall, remember } from "./session-memory.ts";
import { SETTINGS_KEY, settingsSchema, type Settings } from "./settings.ts";

export type ServerPhase = "starting" | "running" | "crashed" | "stopped";

/** What the client saw of a call: an answer, or the error in its place. */
export type ClientView =
  | { readonly state: "waiting" }
  | { readonly state: "answered"; readonly result: CallToolResult }
  | { readonly state: "error"; readonly error: string; readonly lost: boolean };

export interface LogLine {
  readonly id: number;
  readonly at: number;
  readonly level: "info" | "warning" | "error";
  readonly text: string;
}

export interface PlaygroundState {
  /** `closed`: the connection to the database was lost, as `connection` tells. */
  readonly phase: "opening" | "ready" | "failed" | "closed";
  readonly error?: Error;
  readonly connection?: ConnectionEvent;
  readonly server: ServerPhase;
  readonly tools: readonly Tool[];
  readonly settings: Settings;
  /** Servers of this page that died; what the journal says is running under them is not. */
  readonly dead: ReadonlySet<string>;
  /** The arguments that are being typed, as text, by tool. */
  readonly drafts: Readonly<Record<string, string>>;
  /** What the client saw of the calls made in this tab, by invocation. */
  readonly client: ReadonlyMap<string, ClientView>;
  readonly log: readonly LogLine[];
  readonly transcript: readonly TranscriptLine[];
  readonly transcriptRunning: boolean;
}

/** The longest delay that a browser's timer takes; a hanging call is for the user to end. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;
const LOG_LIMIT = 200;
const draftsSchema = z.record(z.string(), z.string());

export class Playground {
  #state: PlaygroundState = {
    phase: "opening",
    server: "starting",
    tools: [],
    settings: settingsSchema.parse({}),
    dead: new Set(),
    drafts: {},
    client: new Map(),
    log: [],
    transcript: [],
    transcriptRunning: false,
  };
  readonly #listeners = new Set<() => void>();
  readonly #plan = new LivePlan();
  /** Delays are as the settings say when they begin. */
  readonly #clock: Clock = {
    now: () => Date.now(),
    sleep: (ms, signal) => {
      const clock = this.#state.settings.delays === "skip" ? skippingClock : systemClock;
      return clock.sleep(ms, signal);
    },
  };
  readonly #aborts = new Map<string, AbortController>();
  #store: DurableStore | undefined;
  #world: World | undefined;
  #server: DurableMcpServer | undefined;
  #client: Client | undefined;
  /** Counts openings: what an earlier one had begun is left alone. */
  #life = 0;
  #logged = 0;

  constructor(readonly example: Example) {
    const drafts = draftsSchema.safeParse(JSON.parse(recall(this.#draftsName) ?? "{}"));
    if (drafts.success) this.#set({ drafts: drafts.data });
  }

  get #draftsName(): string {
    return `drafts:${this.example.name}`;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): PlaygroundState => this.#state;

  get store(): DurableStore | undefined {
    return this.#store;
  }

  get world(): World | undefined {
    return this.#world;
  }

  /** Opens the databases and starts the server; again, after they could not be opened. */
  async open(): Promise<void> {
    const life = ++this.#life;
    const { connection: _, error: __, ...state } = this.#state;
    this.#replace({ ...state, phase: "opening" });
    const name = `playground-${this.example.name}`;
    const onConnection = (event: ConnectionEvent): void => {
      if (life === this.#life) this.#onConnection(event);
    };
    let store: DurableStore | undefined;
    let world: World | undefined;
    try {
      store = await openStore({ name, onConnection });
      world = await openWorld({ name: `${name}-ledger`, onConnection, clock: this.#clock });
      const settings = await store.readSetting(SETTINGS_KEY);
      if (life !== this.#life) throw new Error("The example was left while it was being opened.");
      this.#store = store;
      this.#world = world;
      this.#takeSettings(settings);
      store.subscribe(({ tables, remote }) => {
        if (remote && tables.includes("settings")) this.#try(this.#readSettings());
      });
      const { connection: ___, ...opened } = this.#state;
      this.#replace({ ...opened, phase: "ready" });
    } catch (error) {
      store?.close();
      world?.ledger.close();
      if (life === this.#life) {
        this.#set({ phase: "failed", error: asError(error), server: "stopped" });
      }
      return;
    }
    await this.start();
  }

  /** Leaves nothing running. */
  async close(): Promise<void> {
    this.#life++;
    const server = this.#server;
    const store = this.#store;
    const world = this.#world;
    this.#store = undefined;
    this.#world = undefined;
    await server?.close();
    store?.close();
    world?.ledger.close();
  }

  /** Starts a server on the store, in the place of one that crashed or was stopped. */
  async start(): Promise<void> {
    const store = this.#store;
    const world = this.#world;
    if (!store || !world) return;
    this.#set({ server: "starting" });
    const { guards, resume } = this.#state.settings;
    const server = this.example.createServer({
      store,
      world,
      clock: this.#clock,
      faults: this.#plan,
      guards,
      resume,
      onError: (error) => this.#log("error", asError(error).message),
    });
    this.#server = server;
    server.onCrash = () => {
      this.#log("error", "The server crashed.");
      this.#set({ server: "crashed", dead: new Set([...this.#state.dead, server.id]) });
    };
    try {
      await server.start();
      const { client } = await connect(server);
      const { tools } = await client.listTools();
      this.#client = client;
      this.#log("info", `The server ${this.example.name} is running.`);
      this.#set({ server: "running", tools });
    } catch (error) {
      // A fault may have crashed a resumed call, and the server, meanwhile.
      if (server.state === "running") {
        this.#log("error", asError(error).message);
        this.#set({ server: "stopped", error: asError(error) });
      }
    }
  }

  crash(): void {
    this.#server?.crash();
  }

  /** Crashes a running server first: a restart in order is a crash that was announced. */
  async restart(): Promise<void> {
    await this.#server?.close();
    await this.start();
  }

  /** Lets every hanging call go on. */
  release(): void {
    this.#server?.release();
  }

  async resume(id: string): Promise<void> {
    await this.#attempt(async () => this.#server?.resume(id));
  }

  /** Calls a tool; the id makes it a retry where the invocation exists. Returns the invocation's id. */
  call(tool: string, args: Record<string, unknown>, id = uuidv7()): string {
    this.#try(this.#call(tool, args, id));
    return id;
  }

  /** Keeps what is being typed as a tool's arguments. */
  draft(tool: string, text: string): void {
    this.#set({ drafts: { ...this.#state.drafts, [tool]: text } });
    remember(this.#draftsName, JSON.stringify(this.#state.drafts));
  }

  cancel(id: string): void {
    this.#aborts.get(id)?.abort("Cancelled by the user.");
  }

  retry({ tool, args, id }: InvocationRecord): string {
    return this.call(tool, { ...args }, id);
  }

  async configure(change: Partial<Settings>): Promise<void> {
    await this.#attempt(async () => {
      const settings = settingsSchema.parse({ ...this.#state.settings, ...change });
      await this.#store?.writeSetting(SETTINGS_KEY, settings);
      this.#apply(settings);
    });
  }

  /** Arms a plan whose hits are counted from zero; without faults, disarms. */
  async arm(name: string, faults: NonNullable<Settings["plan"]>["faults"]): Promise<void> {
    await this.configure({
      plan: faults.length === 0 ? undefined : { id: uuidv7(), name, faults },
    });
  }

  /** Writes to a map by hand, past any server. */
  async write(map: string, change: MapChange): Promise<boolean> {
    return await this.#attempt(async () => {
      const write = { id: uuidv7(), map, at: Date.now(), origin: {}, change };
      await this.#store?.applyMutation(write, []);
    });
  }

  /** Empties the store and the ledger, and starts a new server. The settings stay. */
  async wipe(): Promise<void> {
    await this.#server?.close();
    await this.#attempt(async () => {
      await this.#store?.wipe();
      await this.#world?.ledger.wipe();
      await this.#store?.writeSetting(SETTINGS_KEY, this.#state.settings);
      this.#set({ client: new Map(), transcript: [] });
      this.#log("info", "Everything was wiped.");
    });
    await this.start();
  }

  /** Runs the example's client script and shows its transcript as it comes. */
  async runScript(): Promise<void> {
    const client = this.#client;
    if (!client || this.#state.transcriptRunning) return;
    this.#set({ transcript: [], transcriptRunning: true });
    const print = (line: TranscriptLine): void =>
      this.#set({ transcript: [...this.#state.transcript, line] });
    try {
      await this.example.runClient(client, print);
    } catch (error) {
      print({ kind: "note", text: `The script ended early: ${asError(error).message}` });
    }
    this.#set({ transcriptRunning: false });
  }

  async #call(tool: string, args: Record<string, unknown>, id: string): Promise<void> {
    const client = this.#client;
    if (!client || this.#state.server !== "running") {
      this.#log("warning", "The server is not running: restart it, then call again.");
      return;
    }
    const abort = new AbortController();
    this.#aborts.set(id, abort);
    this.#see(id, { state: "waiting" });
    try {
      const result = await client.request(
        {
          method: "tools/call",
          params: { name: tool, arguments: args, _meta: { [INVOCATION_ID]: id } },
        },
        CallToolResultSchema,
        { signal: abort.signal, timeout: NO_TIMEOUT_MS },
      );
      this.#see(id, { state: "answered", result });
    } catch (error) {
      const lost = error instanceof McpError && LOST.has(error.code);
      this.#see(id, { state: "error", error: asError(error).message, lost });
    } finally {
      if (this.#aborts.get(id) === abort) this.#aborts.delete(id);
    }
  }

  #see(id: string, view: ClientView): void {
    this.#set({ client: new Map(this.#state.client).set(id, view) });
  }

  async #readSettings(): Promise<void> {
    this.#takeSettings(await this.#store?.readSetting(SETTINGS_KEY));
  }

  #takeSettings(stored: unknown): void {
    const kept = settingsSchema.safeParse(stored ?? {});
    if (kept.success) this.#apply(kept.data);
    else
      this.#log(
        "warning",
        `The kept settings cannot be read and are left out: ${kept.error.message}`,
      );
  }

  #apply(settings: Settings): void {
    this.#plan.set(settings.plan);
    if (this.#world) this.#world.latencyMs = settings.latencyMs;
    if (this.#server?.state === "running") {
      this.#server.configure({ guards: settings.guards, resume: settings.resume });
    }
    this.#set({ settings });
  }

  #onConnection(event: ConnectionEvent): void {
    if (event === "blocked") {
      this.#set({ connection: event });
      return;
    }
    void this.#server?.close();
    this.#set({ phase: "closed", connection: event, server: "stopped" });
  }

  /** Does what a person asked for, and tells where it fails. */
  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#log("error", asError(error).message);
      return false;
    }
  }

  #try(work: Promise<unknown>): void {
    void this.#attempt(() => work);
  }

  #log(level: LogLine["level"], text: string): void {
    const line = { id: ++this.#logged, at: Date.now(), level, text };
    this.#set({ log: [...this.#state.log.slice(-LOG_LIMIT + 1), line] });
  }

  #set(change: Partial<PlaygroundState>): void {
    this.#replace({ ...this.#state, ...change });
  }

  #replace(state: PlaygroundState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The client does not know what became of its call. */
const LOST: ReadonlySet<number> = new Set([ErrorCode.ConnectionClosed, ErrorCode.RequestTimeout]);

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
