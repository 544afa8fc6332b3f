/**
 * `DurableMcpServer`: an MCP server whose tool calls are durable invocations (SPEC.md 2.1).
 *
 * 1. An invocation is executed by whoever journalled that it began, so never twice at the same time.
 * 2. A server holds a lock of its own as long as it lives. An invocation that is `running` under an
 *    owner whose lock is free was left by a crash.
 * 3. A crash cuts the fence around everything: see `Fence`.
 */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
  McpError,
  type CallToolRequest,
  type CallToolResult,
  type Implementation,
} from "@modelcontextprotocol/sdk/types.js";
import {
  Fence,
  never,
  retryPolicy,
  systemClock,
  uuidv7,
  type Clock,
  type ErrorClass,
  type FaultInjector,
  type RetryPolicy,
} from "../durable/index.ts";
import {
  deferred,
  MAX_RESUMPTION_CRASHES,
  sameRequest,
  type Deferred,
  type DurableStore,
  type InvocationRecord,
} from "../store/index.ts";
import { ClientLine } from "./client-line.ts";
import { Invocation, type InvocationHost } from "./invocation.ts";
import { acquire, serverLock, serverOfLock } from "./lock.ts";
import { serveMaps } from "./map-resources.ts";
import { INVOCATION_ID, namedInvocation } from "./meta.ts";
import {
  Session,
  type CallHandler,
  type Extra,
  type Tool,
  type ToolConfig,
  type ToolHandler,
  type ToolSchema,
} from "./session.ts";

/** What may change while a server runs: an execution keeps what it began with. */
export interface ServerSettings {
  readonly faults?: FaultInjector | undefined;
  readonly retryPolicy?: Partial<RetryPolicy>;
  /** `hold` leaves interrupted invocations for `resume`. */
  readonly resume?: "automatic" | "hold";
  /** `off` runs every guarded callable without any record, to show what guards are for. */
  readonly guards?: "on" | "off";
  /** Run every at-least-once callable twice and report what differs. */
  readonly effectValidation?: boolean;
}

export interface DurableMcpServerOptions extends ServerSettings {
  readonly store: DurableStore;
  readonly clock?: Clock;
  /** For the jitter of delays: a number in [0, 1). */
  readonly random?: () => number;
  /** Makes the ids of invocations and writes: UUIDv7. */
  readonly newId?: () => string;
  /** Classes of errors that a fault may name; by name, for a build may shorten the classes' own. */
  readonly errors?: Readonly<Record<string, ErrorClass>>;
  /** Told of what failed outside of any call: a trace that could not be written, for instance. */
  readonly onError?: (error: unknown) => void;
}

export interface AttachOptions {
  /** The client is asked and told of its own calls only: of no resumption, and of no other client's. */
  readonly ownCallsOnly?: boolean;
  /** Makes the client believe that its request timed out. */
  readonly loseResponse?: (requestId: string | number) => void;
}

export type ServerState = "stopped" | "starting" | "running" | "crashed" | "closed";

export class DurableMcpServer {
  /** Names this server among all that use the store. */
  readonly id: string;
  readonly info: Implementation;
  readonly store: DurableStore;
  state: ServerState = "stopped";
  readonly #options: DurableMcpServerOptions;
  #settings: ServerSettings;
  readonly #fence = new Fence();
  /** For `signal` of contexts: silent in a crash, aborted by `close`. */
  readonly #closing = new AbortController();
  readonly #tools = new Map<string, Tool>();
  readonly #sessions = new Set<Session>();
  /** Invocations under way in this server, by id. */
  readonly #invocations = new Set<Invocation>();
  /** The session of resumptions, which have no client. */
  readonly #headless: Session;
  readonly #calls = new WeakMap<Extra, Invocation>();
  /** Other servers, each with the wait for its death. */
  readonly #watched = new Map<string, Promise<void>>();
  readonly #line = new ClientLine();
  #hanging = 0;
  #released: Deferred<void> = deferred();
  #unsubscribe: (() => void) | undefined;
  #onCrash: ((error?: unknown) => void) | undefined;

  constructor(info: Implementation, options: DurableMcpServerOptions) {
    retryPolicy(options.retryPolicy); // Refuses what cannot be meant before anything runs.
    this.info = info;
    this.store = options.store;
    this.#options = options;
    this.#settings = options;
    this.id = this.#newId();
    this.#headless = this.#newSession(() => undefined);
  }

  get settings(): ServerSettings {
    return this.#settings;
  }

  /** Told when the server crashed, by `crash()` or by a fault. */
  set onCrash(listener: (() => void) | undefined) {
    this.#onCrash = listener;
  }

  /**
   * Registers a tool. The handler is given the validated arguments and a context; what it throws
   * becomes an `isError` result.
   */
  registerTool<Output extends ToolSchema, Input extends ToolSchema | undefined = undefined>(
    name: string,
    config: ToolConfig<Input, Output>,
    handler: ToolHandler<Input>,
  ): void {
    const tool: Tool = { name, config, handler: handler as Tool["handler"] };
    for (const session of [this.#headless, ...this.#sessions]) session.register(tool);
    this.#tools.set(name, tool);
  }

  /** Changes settings for the executions that begin from now on. */
  configure(settings: ServerSettings): void {
    retryPolicy(settings.retryPolicy);
    const wasHolding = this.#settings.resume === "hold";
    this.#settings = { ...this.#settings, ...settings };
    if (this.state === "running" && wasHolding && this.#settings.resume !== "hold") {
      this.#inBackground(this.#resumeInterrupted());
    }
  }

  /**
   * Finds the invocations that dead servers left running, marks them `interrupted` and queues them
   * for resumption; does not wait for their execution.
   *
   * @throws Error where the server was started before, or crashes or is closed meanwhile
   */
  async start(): Promise<void> {
    if (this.state !== "stopped") {
      throw new Error(`This server is ${this.state}. Make a new one on the same store.`);
    }
    this.state = "starting";
    const ended = deferred<never>();
    const end = (): void =>
      ended.reject(new Error(`The server was ${this.state} while it was starting.`));
    const { signal } = this.#fence;
    signal.addEventListener("abort", end, { once: true });
    try {
      await Promise.race([this.#start(), ended.promise]);
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async #start(): Promise<void> {
    const { store } = this;
    await this.#fence.run((signal) =>
      acquire(store.locks, serverLock(store.name, this.id), signal),
    );
    this.#unsubscribe = store.subscribe(({ server, wiped }) => {
      if (server !== undefined) void this.#watch(server);
      if (wiped) for (const invocation of this.#invocations) invocation.abandon();
    });
    store.announceServer(this.id);
    await this.#markInterrupted();
    this.state = "running";
    if (this.#settings.resume !== "hold") this.#inBackground(this.#resumeInterrupted());
  }

  /** Serves one more client over `transport`. */
  async attach(
    transport: Transport,
    { ownCallsOnly = false, loseResponse = () => undefined }: AttachOptions = {},
  ): Promise<{ readonly sessionId: string }> {
    if (this.#fence.isCut) {
      throw new Error(`This server is ${this.state}. Make a new one on the same store.`);
    }
    const session = this.#newSession(loseResponse);
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
    await session.mcp.connect(transport);
    session.isOpen = true;
    this.#sessions.add(session);
    // A client may be asked only when it has said what it can do.
    if (!ownCallsOnly) session.mcp.server.oninitialized = () => this.#line.connected(session);
    return { sessionId: this.#newId() };
  }

  /** Dies at once, wherever it stands; see `Fence`. A new server on the same store goes on. */
  crash(): void {
    if (this.#fence.isCut) return;
    this.#end("crashed");
    this.#onCrash?.();
  }

  /** Stops in order: like a crash for what is under way, but contexts' signals are aborted. */
  async close(): Promise<void> {
    // What was cancelled before stays so, and is not resumed by the next server.
    for (const { cancellation } of [...this.#invocations]) await cancellation;
    if (this.#fence.isCut) return;
    this.#end("closed");
    this.#closing.abort(new Error("The server was closed."));
    await Promise.all([...this.#invocations].map((invocation) => invocation.flush()));
  }

  /** Lets every call go on that hangs because of a fault. */
  release(): void {
    this.#released.resolve();
    this.#released = deferred();
    this.#hanging = 0;
  }

  /** Whether a call hangs because of a fault, until it is released. */
  get isHanging(): boolean {
    return this.#hanging > 0;
  }

  /** Cancels whatever executes the invocation in this server; a client cancels its own call by MCP. */
  cancel(id: string): void {
    for (const invocation of this.#invocations) {
      if (invocation.id === id) invocation.cancel();
    }
  }

  /** Resumes one interrupted invocation, also one that is held. */
  async resume(id: string): Promise<void> {
    await this.store.holdInvocation(id, undefined);
    const invocation = await this.store.readInvocation(id);
    if (invocation?.state === "interrupted") await this.#resume(invocation);
  }

  #end(state: "crashed" | "closed"): void {
    this.state = state;
    this.#unsubscribe?.();
    this.#fence.cut();
    for (const session of this.#sessions) {
      this.#inBackground(session.mcp.close());
    }
    // The recorder is not the server: what was traced before the end is kept.
    for (const invocation of this.#invocations) this.#inBackground(invocation.flush());
  }

  #newId(): string {
    return (this.#options.newId ?? uuidv7)();
  }

  #newSession(loseResponse: Session["loseResponse"]): Session {
    const session: Session = new Session(
      this.info,
      (inner) => (request, extra) => this.#call(session, inner, request, extra),
      async (tool, args, extra) => {
        const invocation = this.#calls.get(extra);
        if (!invocation) throw new Error(`${tool.name} was not called by tools/call.`);
        return await invocation.execute(tool, args);
      },
      loseResponse,
    );
    return session;
  }

  #host(): InvocationHost {
    const { clock = systemClock, random = Math.random, errors = {}, onError } = this.#options;
    const settings = this.#settings;
    return {
      owner: this.id,
      store: this.store,
      fence: this.#fence,
      clock,
      random,
      newId: () => this.#newId(),
      faults: settings.faults,
      retryPolicy: retryPolicy(settings.retryPolicy),
      guards: settings.guards ?? "on",
      effectValidation: settings.effectValidation ?? false,
      errors: new Map(Object.entries(errors)),
      signal: this.#closing.signal,
      crash: () => this.crash(),
      hang: () => {
        this.#hanging++;
        return this.#released.promise;
      },
      onError: (error) => onError?.(error),
      line: this.#line,
      earlier: (invocation) => {
        const all = [...this.#invocations];
        return all.slice(0, all.indexOf(invocation)).filter(({ id }) => id === invocation.id);
      },
      watch: (server) => this.#watch(server),
    };
  }

  /** Stands around the SDK's `tools/call` handler. */
  async #call(
    session: Session,
    inner: CallHandler,
    request: CallToolRequest,
    extra: Extra,
  ): Promise<CallToolResult> {
    return await this.#fence.run(async () => {
      if (this.state !== "running") {
        throw new McpError(ErrorCode.InternalError, "The server has not been started yet.");
      }
      const { name: tool, arguments: args = {}, _meta: meta } = request.params;
      const named = namedInvocation(meta);
      if (named !== undefined) await this.#refuseOther(named, tool, args);
      const id = named ?? this.#newId();
      const as = session === this.#headless ? "resume" : "client";
      const invocation = new Invocation(this.#host(), session, extra, {
        id,
        tool,
        args,
        as,
        isNew: named === undefined,
      });
      this.#calls.set(extra, invocation);
      this.#invocations.add(invocation);
      let result: CallToolResult;
      try {
        result = await invocation.answer(() => inner(request, extra));
      } finally {
        this.#invocations.delete(invocation);
        invocation.over.resolve();
        if (this.#invocations.size === 0) this.#hanging = 0;
      }
      if (!invocation.responseLost) return result;
      session.loseResponse(extra.requestId);
      return await never();
    });
  }

  /** Before the SDK sees the call, so that a retry with other arguments is told as what it is. */
  async #refuseOther(id: string, tool: string, args: Record<string, unknown>): Promise<void> {
    const known = await this.store.readInvocation(id);
    if (known && !sameRequest(known, { tool, args })) throw Invocation.otherRequest(id);
  }

  /**
   * Marks what dead servers left running, and watches the living ones.
   *
   * @param known a server whose lock this one holds: it is dead
   */
  async #markInterrupted(known?: string): Promise<void> {
    const { clock = systemClock } = this.#options;
    const { store } = this;
    const running = await this.#fence.run(() => store.readPendingInvocations("running"));
    const owners = new Set(running.map(({ executions }) => executions.at(-1)?.owner));
    // Asked after the owners: one that was seen running and holds no lock now has died.
    const held = await this.#fence.run(() => store.locks.held());
    const isDead = (owner: string): boolean =>
      owner === known ||
      (owner !== this.id && owners.has(owner) && !held.has(serverLock(store.name, owner)));
    await this.#fence.run(() => store.interruptInvocations(isDead, clock.now()));
    await this.#fence.run(() => this.#sortHeld());
    for (const name of held) {
      const server = serverOfLock(store.name, name);
      if (server !== undefined && server !== known) void this.#watch(server);
    }
  }

  /** Holds what this server has no tool for, and frees what an earlier one had none for. */
  async #sortHeld(): Promise<void> {
    for (const { id, tool, held, resumptionCrashes } of await this.#interrupted()) {
      const missing = this.#tools.has(tool) ? undefined : `This server has no tool "${tool}".`;
      if (resumptionCrashes < MAX_RESUMPTION_CRASHES && missing !== held) {
        await this.store.holdInvocation(id, missing);
      }
    }
  }

  #interrupted(): Promise<InvocationRecord[]> {
    return this.store.readPendingInvocations("interrupted");
  }

  async #resumeInterrupted(): Promise<void> {
    const interrupted = await this.#fence.run(() => this.#interrupted());
    const free = interrupted.filter(({ held }) => held === undefined);
    await Promise.all(free.map((invocation) => this.#resume(invocation)));
  }

  async #resume({ id, tool, args }: InvocationRecord): Promise<void> {
    const extra: Extra = {
      signal: new AbortController().signal,
      requestId: `resume:${id}`,
      sendNotification: () => Promise.resolve(),
      sendRequest: () => Promise.reject(new Error("A resumption has no client of its own.")),
    };
    const request: CallToolRequest = {
      method: "tools/call",
      params: { name: tool, arguments: { ...args }, _meta: { [INVOCATION_ID]: id } },
    };
    await this.#headless.call(request, extra);
  }

  /** Waits for the death of another server, to take its invocations over. */
  #watch(server: string): Promise<void> {
    if (server === this.id) return never();
    const known = this.#watched.get(server);
    if (known) return known;
    const outlived = this.#outlive(server).finally(() => this.#watched.delete(server));
    this.#watched.set(server, outlived);
    this.#inBackground(outlived);
    return outlived;
  }

  async #outlive(server: string): Promise<void> {
    const { store } = this;
    const lock = serverLock(store.name, server);
    // Held while its invocations are marked: who waits next finds nothing left to do.
    const release = await this.#fence.run((signal) => acquire(store.locks, lock, signal));
    try {
      await this.#markInterrupted(server);
    } finally {
      await release();
    }
    if (this.#settings.resume !== "hold") await this.#resumeInterrupted();
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!this.#fence.isCut) this.#options.onError?.(error);
    });
  }
}
