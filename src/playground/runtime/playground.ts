/**
 * One example in the page: its store, its world, its server and the client on it.
 *
 * It is the only thing in the page that acts. Panels read the store through queries and this
 * object's snapshot, and call its methods.
 */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  ErrorCode,
  LoggingMessageNotificationSchema,
  McpError,
  ResourceUpdatedNotificationSchema,
  type ElicitResult,
  type LoggingLevel,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { skippingClock, systemClock, uuidv7, type Clock } from "../../durable/index.ts";
import type { Example, TranscriptLine } from "../../examples/index.ts";
import { connect, INVOCATION_ID, type DurableMcpServer } from "../../mcp/index.ts";
import {
  deferred,
  openStore,
  type ConnectionEvent,
  type DurableStore,
  type InvocationRecord,
  type MapChange,
} from "../../store/index.ts";
import { openWorld, type World } from "../../world/index.ts";
import { LivePlan } from "./live-plan.ts";
import { ProtocolLog } from "./protocol.ts";
import { initialState, type ClientView, type LogLine, type PlaygroundState } from "./state.ts";
import { recall, remember } from "./session-memory.ts";
import { SETTINGS_KEY, settingsSchema, type PlannedFault, type Settings } from "./settings.ts";

/** The longest delay that a browser's timer takes; a hanging call is for the user to end. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;
const LOG_LIMIT = 200;
/** The name of a plan that is no preset's. */
const OWN_PLAN = "a plan of your own";
const draftsSchema = z.record(z.string(), z.string());

export class Playground {
  #state: PlaygroundState = initialState;
  readonly #listeners = new Set<() => void>();
  readonly #plan = new LivePlan();
  readonly #protocol = new ProtocolLog();
  /** Delays are as the settings say when they begin. */
  readonly #clock: Clock = {
    now: () => Date.now(),
    sleep: (ms, signal) => {
      const clock = this.#state.settings.delays === "skip" ? skippingClock : systemClock;
      return clock.sleep(ms, signal);
    },
  };
  /** The client's calls that wait for an answer, by invocation; the last one's answer is shown. */
  readonly #waiting = new Map<string, AbortController[]>();
  /** The life and death of servers, one thing after the other. */
  #lifecycle: Promise<unknown> = Promise.resolve();
  #store: DurableStore | undefined;
  #world: World | undefined;
  #server: DurableMcpServer | undefined;
  #client: Client | undefined;
  /** The client script's own client, while it runs. */
  #script: Client | undefined;
  /** Counts openings: what an earlier one had begun is left alone. */
  #life = 0;
  #logged = 0;

  constructor(readonly example: Example) {
    this.#set({ drafts: keptDrafts(this.#draftsName) });
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
  open(): Promise<void> {
    const life = ++this.#life;
    return this.#inOrder(async () => {
      const { connection: _, error: __, ...state } = this.#state;
      this.#replace({ ...state, phase: "opening" });
      if (await this.#openDatabases(life)) await this.#start();
    });
  }

  /** Leaves nothing running. */
  close(): Promise<void> {
    this.#life++;
    return this.#inOrder(() => this.#stop());
  }

  /** Starts a server on the store, where none is running. */
  start(): Promise<void> {
    return this.#inOrder(() => this.#start());
  }

  crash(): void {
    this.#server?.crash();
  }

  /** Stops the server in order, if it is running, and starts the next. */
  restart(): Promise<void> {
    return this.#inOrder(async () => {
      await this.#server?.close();
      await this.#start();
    });
  }

  /** Empties the store and the ledger, and starts a new server. The settings stay. */
  wipe(): Promise<void> {
    return this.#inOrder(async () => {
      await this.#server?.close();
      await this.#attempt(async () => {
        await this.#store?.wipe();
        await this.#world?.ledger.wipe();
        this.#set({ client: new Map(), transcript: [] });
        this.#log("info", "Everything was wiped.");
      });
      await this.#start();
    });
  }

  async #openDatabases(life: number): Promise<boolean> {
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
      const { connection: _, ...opened } = this.#state;
      this.#replace({ ...opened, phase: "ready", opened: life });
      return true;
    } catch (error) {
      store?.close();
      world?.ledger.close();
      if (life === this.#life) {
        this.#set({ phase: "failed", error: asError(error), server: "stopped" });
      }
      return false;
    }
  }

  async #start(): Promise<void> {
    const store = this.#store;
    const world = this.#world;
    if (!store || !world || this.#server?.state === "running") return;
    this.#set({ server: "starting" });
    const { guards, resume, effectValidation } = this.#state.settings;
    const server = this.example.createServer({
      store,
      world,
      clock: this.#clock,
      faults: this.#plan,
      guards,
      resume,
      effectValidation,
      onError: (error) => this.#log("error", asError(error).message),
    });
    this.#server = server;
    server.onCrash = () => {
      const dead = new Set([...this.#state.dead, server.id]);
      if (server !== this.#server) {
        this.#set({ dead });
        return;
      }
      this.#log("error", "The server crashed.");
      this.#set({ server: "crashed", dead });
    };
    try {
      await server.start();
      const client = await this.#connect(server, (...question) => this.#ask(...question));
      const { tools } = await client.listTools();
      this.#client = client;
      this.#log("info", `Server “${this.example.name}” is running.`);
      // A subscription ends with its session.
      this.#set({ server: "running", serverId: server.id, tools, subscriptions: new Map() });
    } catch (error) {
      // A fault may have crashed a resumed call, and the server with it, meanwhile.
      if (server.state === "crashed" || server.state === "closed") return;
      await server.close();
      this.#tell(`The server could not be started. ${asError(error).message}`);
      this.#set({ server: "stopped" });
    }
  }

  /** A client whose messages are recorded, and which answers a tool's questions by `ask`. */
  async #connect(server: DurableMcpServer, ask: Ask): Promise<Client> {
    this.#protocol.beginSession();
    const { client } = await connect(server, {
      capabilities: { elicitation: {} },
      recorder: (message) => {
        this.#protocol.record(message);
        this.#set({ protocol: this.#protocol.exchanges });
      },
      prepare: (client) => {
        client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
          const subscriptions = new Map(this.#state.subscriptions);
          subscriptions.set(uri, (subscriptions.get(uri) ?? 0) + 1);
          this.#set({ subscriptions });
        });
        client.setRequestHandler(ElicitRequestSchema, ({ params }, { signal }) =>
          ask(params.message, "requestedSchema" in params ? params.requestedSchema : {}, signal),
        );
        client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
          const level = params.level === "info" || params.level === "debug" ? "info" : "warning";
          this.#log(level, `${params.logger ?? "server"}: ${String(params.data)}`);
        });
      },
    });
    return client;
  }

  /** Shows a question to the person at the page. */
  async #ask(message: string, schema: object, signal: AbortSignal): Promise<ElicitResult> {
    const answered = deferred<ElicitResult>();
    const done = (): void => {
      const { question: _, ...state } = this.#state;
      this.#replace(state);
    };
    // Withdrawn by the server, or lost with it: nobody needs the answer any more.
    signal.addEventListener("abort", done, { once: true });
    const answer = (result: ElicitResult): void => {
      signal.removeEventListener("abort", done);
      done();
      answered.resolve(result);
    };
    this.#set({ question: { message, schema: { ...schema }, answer } });
    return await answered.promise;
  }

  async #stop(): Promise<void> {
    const store = this.#store;
    const world = this.#world;
    this.#store = undefined;
    this.#world = undefined;
    await this.#server?.close();
    store?.close();
    world?.ledger.close();
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#lifecycle.then(work);
    this.#lifecycle = done.catch((error: unknown) => this.#tell(asError(error).message));
    return done;
  }

  /** Whether a call hangs because of a fault. */
  get isHanging(): boolean {
    return this.#server?.isHanging ?? false;
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

  /** Cancels the client's calls of an invocation by MCP's notification, and what no client waits for. */
  cancel(id: string): void {
    for (const abort of this.#waiting.get(id) ?? []) abort.abort("Cancelled by the user.");
    // A resumption has no client; and of several calls the client may have cancelled one that only waited.
    this.#server?.cancel(id);
  }

  retry({ tool, args, id }: InvocationRecord): string {
    return this.call(tool, { ...args }, id);
  }

  async configure(change: Partial<Settings>): Promise<void> {
    await this.#attempt(async () => {
      const settings = settingsSchema.parse({ ...this.#state.settings, ...change });
      // At once: a change that follows builds on it.
      this.#apply(settings);
      await this.#store?.writeSetting(SETTINGS_KEY, settings);
    });
  }

  /** Arms a plan whose hits are counted from zero; without faults, disarms. */
  async arm(name: string, faults: readonly PlannedFault[]): Promise<void> {
    const armed = faults.map((fault) => ({ id: uuidv7(), fault }));
    await this.configure({ plan: armed.length === 0 ? undefined : { name, faults: armed } });
  }

  /** Adds one fault to the plan; the others keep their count. */
  async addFault(fault: PlannedFault): Promise<void> {
    const faults = [...(this.#state.settings.plan?.faults ?? []), { id: uuidv7(), fault }];
    await this.configure({ plan: { name: OWN_PLAN, faults } });
  }

  async removeFault(id: string): Promise<void> {
    const faults = this.#state.settings.plan?.faults.filter((fault) => fault.id !== id) ?? [];
    await this.configure({ plan: faults.length === 0 ? undefined : { name: OWN_PLAN, faults } });
  }

  /** Puts away what was told. */
  dismiss(): void {
    const { problem: _, ...state } = this.#state;
    this.#replace(state);
  }

  /** Writes to a map by hand, past any server. */
  async write(map: string, change: MapChange): Promise<boolean> {
    return await this.#attempt(async () => {
      const write = { id: uuidv7(), map, at: Date.now(), origin: {}, change };
      await this.#store?.applyMutation(write, []);
    });
  }

  /** Stops the server in order and starts none: nothing is left running. */
  stop(): Promise<void> {
    return this.#inOrder(async () => {
      await this.#server?.close();
      this.#set({ server: "stopped" });
    });
  }

  /** Runs the example's client script, with a client of its own, and shows its transcript as it comes. */
  async runScript(): Promise<void> {
    const server = this.#server;
    if (server?.state !== "running" || this.#state.transcriptRunning) return;
    this.#set({ transcript: [], transcriptRunning: true });
    const print = (line: TranscriptLine): void =>
      this.#set({ transcript: [...this.#state.transcript, line] });
    try {
      const client = await this.#connect(server, (message) => {
        print({ kind: "note", text: `The server asks: ${message} The script accepts.` });
        return Promise.resolve({ action: "accept", content: {} });
      });
      this.#script = client;
      await this.example.runClient(client, print);
      print({ kind: "note", text: "The script has ended." });
    } catch (error) {
      print({ kind: "note", text: `The script ended early: ${asError(error).message}` });
    }
    await this.#script?.close();
    this.#script = undefined;
    this.#set({ transcriptRunning: false });
  }

  /** Ends the client script where it stands: its client leaves. */
  stopScript(): void {
    this.#try(this.#script?.close() ?? Promise.resolve());
  }

  /** Asks the server for log messages of a level and above. */
  async setLogLevel(level: LoggingLevel): Promise<void> {
    await this.#attempt(async () => this.#client?.setLoggingLevel(level));
  }

  /** Asks whether the server answers. */
  async ping(): Promise<void> {
    await this.#attempt(async () => this.#client?.ping());
  }

  /** Reads a resource of the server's by MCP; `undefined` where it could not be read, which is told. */
  async readResource(uri: string): Promise<unknown> {
    let read: unknown;
    await this.#attempt(async () => {
      read = (await this.#client?.readResource({ uri }))?.contents;
    });
    return read;
  }

  /** Begins or ends a subscription to a resource. */
  async toggleSubscription(uri: string): Promise<void> {
    await this.#attempt(async () => {
      const subscriptions = new Map(this.#state.subscriptions);
      if (subscriptions.delete(uri)) await this.#client?.unsubscribeResource({ uri });
      else {
        await this.#client?.subscribeResource({ uri });
        subscriptions.set(uri, 0);
      }
      this.#set({ subscriptions });
    });
  }

  clearProtocol(): void {
    this.#protocol.clear();
    this.#set({ protocol: this.#protocol.exchanges });
  }

  async #call(tool: string, args: Record<string, unknown>, id: string): Promise<void> {
    const client = this.#client;
    if (!client || this.#state.server !== "running") {
      this.#tell("The server is not running: restart it, then call again.");
      return;
    }
    const abort = new AbortController();
    this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), abort]);
    this.#see(id, { state: "waiting" });
    let view: ClientView;
    try {
      const result = await client.request(
        {
          method: "tools/call",
          params: { name: tool, arguments: args, _meta: { [INVOCATION_ID]: id } },
        },
        CallToolResultSchema,
        {
          signal: abort.signal,
          timeout: NO_TIMEOUT_MS,
          onprogress: (progress) => this.#see(id, { state: "waiting", progress }),
        },
      );
      view = { state: "answered", result };
    } catch (error) {
      const lost = error instanceof McpError && LOST.has(error.code);
      view = { state: "error", error: asError(error).message, lost };
    }
    const others = (this.#waiting.get(id) ?? []).filter((other) => other !== abort);
    if (others.length > 0) {
      this.#waiting.set(id, others);
      return;
    }
    this.#waiting.delete(id);
    this.#see(id, view);
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
      const { guards, resume, effectValidation } = settings;
      this.#server.configure({ guards, resume, effectValidation });
    }
    this.#set({ settings });
  }

  #onConnection(event: ConnectionEvent): void {
    if (event === "blocked") {
      this.#set({ connection: event });
      return;
    }
    this.#set({ phase: "closed", connection: event, server: "stopped" });
    this.#try(this.#inOrder(() => this.#stop()));
  }

  /** Does what a person asked for, and tells where it fails. */
  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#tell(asError(error).message);
      return false;
    }
  }

  #try(work: Promise<unknown>): void {
    void this.#attempt(() => work);
  }

  /** Tells a person what could not be done; the log keeps it. */
  #tell(problem: string): void {
    this.#log("error", problem);
    this.#set({ problem });
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

type Ask = (message: string, schema: object, signal: AbortSignal) => Promise<ElicitResult>;

/** The client does not know what became of its call. */
const LOST: ReadonlySet<number> = new Set([ErrorCode.ConnectionClosed, ErrorCode.RequestTimeout]);

function keptDrafts(name: string): Readonly<Record<string, string>> {
  try {
    return draftsSchema.parse(JSON.parse(recall(name) ?? "{}"));
  } catch {
    return {}; // Written by something else: there is nothing of ours in it to keep.
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
