/**
 * `DurableMcpServer`: an MCP server whose tool calls are durable invocations.
 *
 * 1. An invocation is executed by whoever journalled that it began, so never twice at the same time.
 * 2. Others know whether a server lives, and take over what it leaves when it dies: see `Takeover`.
 * 3. A crash cuts the fence around everything: see `Fence`.
 */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
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
  type EffectPort,
  type ErrorClass,
  type FaultInjector,
  type RetryPolicy,
} from "../durable/index.ts";
import { copyJson, deferred, type DurableStore, type InvocationRecord } from "../store/index.ts";
import { ClientLine } from "./client-line.ts";
import { Hanging } from "./hanging.ts";
import { Invocation, type InvocationHost } from "./invocation.ts";
import { serveMaps } from "./map-resources.ts";
import { INVOCATION_ID, namedInvocation } from "./meta.ts";
import { CancelledError, RequestError } from "./request-error.ts";
import {
  Session,
  type CallHandler,
  type Extra,
  type Tool,
  type ToolConfig,
  type ToolHandler,
  type ToolSchema,
} from "./session.ts";
import { Takeover } from "./takeover.ts";
import { checkTool } from "./tool-check.ts";
import { copyingArguments } from "./wire.ts";

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
  /** What does the effects of its tools: a `World`. Without it they are performed, and stand in the trace alone. */
  readonly effects?: EffectPort;
  readonly clock?: Clock;
  /** For the jitter of delays: a number in [0, 1). */
  readonly random?: () => number;
  /** Makes the ids of servers, sessions, invocations and audit entries: UUIDv7. */
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
  readonly #ended = deferred<void>();
  /** For `signal` of contexts: silent in a crash, aborted by `close`. */
  readonly #closing = new AbortController();
  readonly #tools = new Map<string, Tool>();
  readonly #sessions = new Set<Session>();
  /** Invocations under way in this server, by id. */
  readonly #invocations = new Set<Invocation>();
  /** The session of resumptions, which have no client. */
  readonly #headless: Session;
  readonly #calls = new WeakMap<Extra, Invocation>();
  readonly #takeover: Takeover;
  readonly #line = new ClientLine();
  readonly #hanging = new Hanging();
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
    this.#takeover = new Takeover({
      id: this.id,
      store: this.store,
      fence: this.#fence,
      now: () => (options.clock ?? systemClock).now(),
      hasTool: (tool) => this.#tools.has(tool),
      isHolding: () => this.#settings.resume === "hold",
      resume: (invocation) => this.#resume(invocation),
      onError: (error) => this.#report(error),
    });
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
    const { tookOver } = await this.#fence.run((signal) =>
      store.liveness.enter(this.id, { signal, takeOver }),
    );
    this.#unsubscribe = store.subscribe(({ server, tookOver, wiped }) => {
      if (server !== undefined && server !== this.id) {
        if (tookOver) this.#crash("Another server has taken over this store.");
        else void this.#takeover.watch(server);
      }
      if (!wiped) return;
      for (const invocation of this.#invocations) this.#inBackground(invocation.abandon());
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
    if (!ownCallsOnly) session.mcp.server.oninitialized = () => this.#line.connected(session);
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
    const cancellations = [...this.#invocations].flatMap(({ cancellation }) => cancellation ?? []);
    const hasEnded = await Promise.race([
      Promise.all(cancellations).then(() => false),
      this.#ended.promise.then(() => true),
    ]);
    if (hasEnded) return;
    this.#end("closed");
    this.#closing.abort(new Error("The server was closed."));
    await Promise.all([...this.#invocations].map((invocation) => invocation.flush()));
  }

  /** Lets every call go on that hangs because of a fault. */
  release(): void {
    this.#hanging.release();
  }

  /** Whether a call hangs because of a fault, until it is released. */
  get isHanging(): boolean {
    return this.#hanging.isAny;
  }

  /** Cancels whatever executes the invocation in this server; a client cancels its own call by MCP. */
  cancel(id: string): void {
    for (const invocation of this.#invocations) {
      if (invocation.id === id) invocation.cancel();
    }
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
        if (invocation?.state === "interrupted") await this.#resume(invocation);
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
      effects: this.#options.effects,
      faults: settings.faults,
      retryPolicy: retryPolicy(settings.retryPolicy),
      guards: settings.guards ?? "on",
      effectValidation: settings.effectValidation ?? false,
      errors: new Map(Object.entries(errors)),
      signal: this.#closing.signal,
      crash: () => this.crash(),
      hang: (signal) => this.#hanging.wait(signal),
      onError: (error) => onError?.(error),
      line: this.#line,
      earlier: (invocation) => {
        const all = [...this.#invocations];
        return all.slice(0, all.indexOf(invocation)).filter(({ id }) => id === invocation.id);
      },
      watch: (server) => this.#takeover.watch(server),
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
        throw new RequestError(ErrorCode.InternalError, "The server has not been started yet.");
      }
      const { name: tool, arguments: given = {}, _meta: meta } = request.params;
      // The journal's own: what the tool does to its arguments changes no record.
      const args = copyJson(given, "arguments") as Record<string, unknown>;
      const named = namedInvocation(meta);
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
      try {
        const result = await invocation.answer(() => inner(request, extra));
        if (!invocation.responseLost) return result;
      } catch (error) {
        if (!invocation.responseLost) throw error;
      } finally {
        this.#invocations.delete(invocation);
        invocation.over.resolve();
      }
      session.loseResponse(extra.requestId);
      return await never();
    });
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
    try {
      await this.#headless.call(request, extra);
    } catch (error) {
      // Nobody waits for its answer, and the journal tells that it was cancelled.
      if (!(error instanceof CancelledError)) throw error;
    }
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#report(error));
  }

  #report(error: unknown): void {
    if (!this.#fence.isCut) this.#options.onError?.(error);
  }
}
