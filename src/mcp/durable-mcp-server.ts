/**
 * `DurableMcpServer`: an MCP server whose tool calls are durable invocations.
 *
 * 1. An invocation is executed by whoever journalled that it began, so never twice at the same time.
 * 2. Others know whether a server lives, and take over what it leaves when it dies: see `Takeover`.
 * 3. A crash cuts the fence around everything: see `Fence`.
 */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Implementation } from "@modelcontextprotocol/sdk/types.js";
import { Fence, retryPolicy, systemClock, uuidv7, type ErrorClass } from "../durable/index.ts";
import { deferred, type DurableStore } from "../store/index.ts";
import { Calls, type CallsOptions } from "./calls.ts";
import { serveMaps } from "./map-resources.ts";
import type {
  AttachOptions,
  DurableMcpServerOptions,
  ServerSettings,
  ServerState,
} from "./server-options.ts";
import {
  Session,
  type Tool,
  type ToolConfig,
  type ToolHandler,
  type ToolSchema,
} from "./session.ts";
import { Takeover } from "./takeover.ts";
import { checkTool } from "./tool-check.ts";
import { copyingArguments } from "./wire.ts";

/**
 * An MCP server whose tool calls are durable invocations. It lives once: the next one is a new one
 * on the same store.
 */
export class DurableMcpServer {
  /** Names this server among all that use the store. */
  readonly id: string;
  readonly info: Implementation;
  readonly store: DurableStore;
  state: ServerState = "stopped";
  readonly #options: DurableMcpServerOptions;
  #settings: ServerSettings;
  readonly #fence = new Fence();
  readonly #ended = deferred<void>();
  /** For `signal` of contexts: silent in a crash, aborted by `close`. */
  readonly #closing = new AbortController();
  readonly #tools = new Map<string, Tool>();
  readonly #errors = new Map<string, ErrorClass>();
  readonly #sessions = new Set<Session>();
  /** The session of resumptions, which have no client. */
  readonly #headless: Session;
  readonly #calls: Calls;
  readonly #takeover: Takeover;
  #unsubscribe: (() => void) | undefined;
  #onCrash: ((error?: unknown) => void) | undefined;
  #isAlive = (): boolean => true;

  constructor(info: Implementation, options: DurableMcpServerOptions) {
    retryPolicy(options.retryPolicy); // Refuses what is invalid before anything runs.
    this.info = info;
    this.store = options.store;
    this.#options = options;
    this.#settings = options;
    this.id = this.#newId();
    this.#calls = new Calls({
      fence: this.#fence,
      isRunning: () => this.state === "running",
      newId: () => this.#newId(),
      surroundings: () => this.#surroundings(),
    });
    this.#headless = this.#newSession("resume", () => undefined);
    this.#takeover = new Takeover({
      id: this.id,
      store: this.store,
      fence: this.#fence,
      now: () => (options.clock ?? systemClock).now(),
      hasTool: (tool) => this.#tools.has(tool),
      isHolding: () => this.#settings.resume === "hold",
      resume: (invocation) => this.#calls.resume(this.#headless, invocation),
      onError: (error) => this.#report(error),
    });
  }

  get settings(): ServerSettings {
    return this.#settings;
  }

  /** Called when the server crashed, by `crash()` or by a fault. */
  set onCrash(listener: (() => void) | undefined) {
    this.#onCrash = listener;
  }

  /**
   * Registers a tool. The handler is given the validated arguments and a context; what it throws
   * becomes an `isError` result.
   *
   * @throws InvalidToolError for a tool that could not be listed, naming the field
   * @throws Error for a name that is taken
   */
  registerTool<Output extends ToolSchema, Input extends ToolSchema | undefined = undefined>(
    name: string,
    config: ToolConfig<Input, Output>,
    handler: ToolHandler<Input>,
  ): void {
    const tool: Tool = { name, config, handler: handler as Tool["handler"] };
    checkTool(tool);
    for (const session of [this.#headless, ...this.#sessions]) session.register(tool);
    this.#tools.set(name, tool);
  }

  /** Names classes of errors that a fault may throw: a build may shorten the classes' own names. */
  registerErrors(errors: Readonly<Record<string, ErrorClass>>): void {
    for (const [name, type] of Object.entries(errors)) this.#errors.set(name, type);
  }

  /** Changes settings for the executions that begin from now on. */
  configure(settings: ServerSettings): void {
    retryPolicy(settings.retryPolicy);
    const wasHolding = this.#settings.resume === "hold";
    this.#settings = { ...this.#settings, ...settings };
    if (this.state === "running" && wasHolding && this.#settings.resume !== "hold") {
      this.#inBackground(this.#takeover.resumeInterrupted());
    }
  }

  /**
   * Finds the invocations that dead servers left running, marks them `interrupted` and queues them
   * for resumption; does not wait for their execution.
   *
   * @param takeOver a person says that whoever else is registered on the store is dead
   * @throws ServerRefusedError where another server may live, and its death could not be known
   * @throws Error where the server was started before, or crashes or is closed meanwhile
   */
  async start({ takeOver = false }: { readonly takeOver?: boolean } = {}): Promise<void> {
    if (this.state !== "stopped") {
      throw new Error(`This server is ${this.state}. Make a new one on the same store.`);
    }
    this.state = "starting";
    await this.#unlessEnded(this.#start(takeOver));
  }

  async #start(takeOver: boolean): Promise<void> {
    const { store } = this;
    const lost = (why: Error): void => this.#crash(why.message);
    const { tookOver, isAlive } = await this.#fence.run((signal) =>
      store.liveness.enter(this.id, { signal, takeOver, lost }),
    );
    if (isAlive) this.#isAlive = isAlive;
    this.#unsubscribe = store.subscribe(({ server, tookOver, wiped }) => {
      if (server !== undefined && server !== this.id) {
        if (tookOver) this.#crash("Another server has taken over this store.");
        else void this.#takeover.watch(server);
      }
      if (wiped) this.#inBackground(this.#calls.abandon());
    });
    store.announceServer(this.id, { tookOver });
    await this.#takeover.markInterrupted();
    this.#refuseAfterEnd();
    this.state = "running";
    if (this.#settings.resume !== "hold") this.#inBackground(this.#takeover.resumeInterrupted());
  }

  /** What work comes to, unless the server ends first: nothing that is fenced would tell. */
  async #unlessEnded(work: Promise<void>): Promise<void> {
    await Promise.race([work, this.#ended.promise]);
    if (this.#fence.isCut) throw new Error(`The server ${this.state} meanwhile.`);
  }

  #refuseAfterEnd(): void {
    if (!this.#fence.isCut) return;
    throw new Error(`This server is ${this.state}. Make a new one on the same store.`);
  }

  /** Serves one more client over `transport`. */
  async attach(
    transport: Transport,
    { ownCallsOnly = false, loseResponse = () => undefined }: AttachOptions = {},
  ): Promise<{ readonly sessionId: string }> {
    this.#refuseAfterEnd();
    const session = this.#newSession("client", loseResponse);
    const endMaps = serveMaps(session.mcp, this.store, (error) => {
      if (session.isOpen) this.#options.onError?.(error);
    });
    for (const tool of this.#tools.values()) session.register(tool);
    // Runs before the SDK aborts its handlers: a client that leaves does not cancel its calls.
    transport.onclose = () => {
      session.isOpen = false;
      endMaps();
      this.#sessions.delete(session);
    };
    try {
      await session.mcp.connect(transport);
      copyingArguments(transport);
      this.#refuseAfterEnd();
    } catch (error) {
      await session.mcp.close(); // Which ends its maps.
      throw error;
    }
    session.isOpen = true;
    this.#sessions.add(session);
    // A client may be asked only when it has said what it can do.
    if (!ownCallsOnly) session.mcp.server.oninitialized = () => this.#calls.line.connected(session);
    return { sessionId: this.#newId() };
  }

  /** Dies at once, wherever it stands; see `Fence`. A new server on the same store goes on. */
  crash(): void {
    this.#crash();
  }

  /** @param why where it was not meant */
  #crash(why?: string): void {
    if (this.#fence.isCut) return;
    if (why !== undefined) this.#report(new Error(why));
    this.#end("crashed");
    this.#onCrash?.();
  }

  /** Stops in order: like a crash for what is under way, but contexts' signals are aborted. */
  async close(): Promise<void> {
    if (this.#fence.isCut) return;
    // What was cancelled before stays so, and is not resumed by the next server.
    const hasEnded = await Promise.race([
      this.#calls.cancellations().then(() => false),
      this.#ended.promise.then(() => true),
    ]);
    if (hasEnded) return;
    this.#end("closed");
    this.#closing.abort(new Error("The server was closed."));
    await this.#calls.flush();
  }

  /** Lets every call go on that hangs because of a fault. */
  release(): void {
    this.#calls.hanging.release();
  }

  /** Whether a call hangs because of a fault, until it is released. */
  get isHanging(): boolean {
    return this.#calls.hanging.isAny;
  }

  /** Cancels whatever executes the invocation in this server; a client cancels its own call by MCP. */
  cancel(id: string): void {
    this.#calls.cancel(id);
  }

  /**
   * Resumes one interrupted invocation, also one that is held, and waits for its end.
   *
   * @throws Error where the server does not run, or ends meanwhile
   */
  async resume(id: string): Promise<void> {
    if (this.state !== "running") throw new Error(`The server is ${this.state}: start one first.`);
    await this.#unlessEnded(
      this.#fence.run(async (signal) => {
        await this.store.holdInvocation(id, undefined, { signal });
        const invocation = await this.store.readInvocation(id);
        if (invocation?.state === "interrupted")
          await this.#calls.resume(this.#headless, invocation);
      }),
    );
  }

  #end(state: "crashed" | "closed"): void {
    this.state = state;
    this.#unsubscribe?.();
    this.#fence.cut();
    this.#ended.resolve();
    for (const session of this.#sessions) {
      this.#inBackground(session.mcp.close());
    }
    // The recorder is not the server: what was traced before the end is kept.
    this.#inBackground(this.#calls.flush());
  }

  #newId(): string {
    return (this.#options.newId ?? uuidv7)();
  }

  #newSession(as: "client" | "resume", loseResponse: Session["loseResponse"]): Session {
    const session: Session = new Session(
      this.info,
      (inner) => (request, extra) => this.#calls.answer(session, as, inner, request, extra),
      (tool, args, extra) => this.#calls.execute(tool, args, extra),
      loseResponse,
    );
    return session;
  }

  /** What a call that comes now has around it: it keeps the settings that it began with. */
  #surroundings(): ReturnType<CallsOptions["surroundings"]> {
    const { clock = systemClock, random = Math.random, effects, onError } = this.#options;
    const settings = this.#settings;
    return {
      owner: this.id,
      store: this.store,
      clock,
      random,
      newId: () => this.#newId(),
      effects,
      faults: settings.faults,
      retryPolicy: retryPolicy(settings.retryPolicy),
      guards: settings.guards ?? "on",
      effectValidation: settings.effectValidation ?? false,
      errors: this.#errors,
      signal: this.#closing.signal,
      crash: () => this.crash(),
      isAlive: () => this.#isAlive(),
      onError: (error) => onError?.(error),
      watch: (server) => this.#takeover.watch(server),
    };
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#report(error));
  }

  #report(error: unknown): void {
    if (!this.#fence.isCut) this.#options.onError?.(error);
  }
}
