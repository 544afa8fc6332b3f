/**
 * One `tools/call` request on its way through a server: it takes the invocation's lock, journals an
 * execution, runs the tool's body and journals the answer.
 *
 * 1. Nothing is journalled before the SDK has found the tool and taken the arguments.
 * 2. The answer is journalled before it leaves.
 * 3. A cancelled execution is fenced, and the journal's transaction that says so begins before its
 *    lock is released, so that a waiting retry finds it cancelled.
 */
import {
  ErrorCode,
  McpError,
  ResultSchema,
  type CallToolResult,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import {
  DurableContext,
  Execution,
  Fence,
  Tracer,
  type ClientChannel,
  type Clock,
  type ErrorClass,
  type FaultInjector,
  type RetryPolicy,
} from "../durable/index.ts";
import type { BeginOutcome, DurableStore, ExecutionOutcome } from "../store/index.ts";
import type { ClientLine } from "./client-line.ts";
import { acquire, invocationLock, type Release } from "./lock.ts";
import { EXECUTION, INVOCATION_ID } from "./meta.ts";
import type { Extra, Session, Tool } from "./session.ts";

/** What an invocation needs of its server. */
export interface InvocationHost {
  readonly owner: string;
  readonly store: DurableStore;
  readonly fence: Fence;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly faults: FaultInjector | undefined;
  readonly retryPolicy: RetryPolicy;
  readonly guards: "on" | "off";
  readonly effectValidation: boolean;
  readonly errors: ReadonlyMap<string, ErrorClass>;
  readonly signal: AbortSignal;
  readonly crash: () => void;
  readonly hang: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly line: ClientLine;
}

export interface InvocationRequest {
  readonly id: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly as: "client" | "resume";
}

export class Invocation {
  readonly #fence: Fence;
  #execution: Execution | undefined;
  #tracer: Tracer | undefined;
  #beginning: Promise<BeginOutcome> | undefined;
  /** Why the call is refused, where the SDK would make a tool's error of it. */
  #refusal: McpError | undefined;
  /** Another server resumed it first. */
  #skipped = false;
  #release: Release | undefined;

  constructor(
    private readonly host: InvocationHost,
    private readonly session: Session,
    private readonly extra: Extra,
    private readonly request: InvocationRequest,
  ) {
    this.#fence = new Fence(host.fence);
  }

  static otherRequest(id: string): McpError {
    return new McpError(
      ErrorCode.InvalidParams,
      `Invocation ${id} was called with another tool or other arguments. A retry repeats the call ` +
        `as it was; leave the id out to start a new invocation.`,
    );
  }

  /** Answers the request: `inner` is the SDK's handler, which calls `execute` for a valid call. */
  async answer(inner: () => Promise<CallToolResult>): Promise<CallToolResult> {
    const { signal } = this.extra;
    let cancelled!: (result: CallToolResult) => void;
    const cancellation = new Promise<CallToolResult>((resolve) => (cancelled = resolve));
    const cancel = (): void => {
      // The SDK aborts its handlers also when the client leaves; the call goes on then.
      if (!this.session.isOpen) return;
      this.#fence.cut();
      // The SDK sends nothing for a cancelled request, whatever this is.
      void this.#cancel().then(() => cancelled({ content: [] }), this.host.onError);
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await Promise.race([this.#answer(inner), cancellation]);
    } finally {
      signal.removeEventListener("abort", cancel);
      // The answer does not wait for the lock to be free.
      this.#release?.().catch(this.host.onError);
    }
  }

  async #answer(inner: () => Promise<CallToolResult>): Promise<CallToolResult> {
    let result: CallToolResult;
    try {
      result = await this.#fence.run(inner);
      if (this.#refusal) throw this.#refusal;
      // Not an invocation: the SDK's own answer to an unknown tool or invalid arguments.
      if (!this.#execution) return await this.#unexecuted(result);
      await this.#execution.pass("call:before-response", {});
    } catch (error) {
      if (!this.#execution || this.#refusal) throw error;
      if (error instanceof McpError) return await this.#fail(error);
      const text = error instanceof Error ? error.message : String(error);
      result = { content: [{ type: "text", text }], isError: true };
    }
    const response = { ...result, _meta: { ...result._meta, ...this.#meta() } };
    await this.#end(result.isError ? "failed" : "completed", response);
    return response;
  }

  /** Runs the tool's body; the SDK has validated the arguments. */
  async execute(tool: Tool, args: unknown): Promise<CallToolResult> {
    const { store, owner, guards, clock } = this.host;
    const { id } = this.request;
    this.#release = await this.#fence.run((signal) =>
      acquire(store.locks, invocationLock(store.name, id), signal),
    );
    const begin = { ...this.request, owner, guards, at: clock.now() };
    const begun = await this.#fence.run(
      (signal) => (this.#beginning = store.beginExecution(begin, { signal })),
    );
    if (!begun.begun) {
      if (begun.reason === "not-interrupted") this.#skipped = true;
      else this.#refusal = Invocation.otherRequest(id);
      return { content: [] };
    }
    const number = begun.execution;
    const about = { invocation: id, execution: number };
    const { host } = this;
    const tracer = new Tracer(store, about, () => clock.now(), host.onError);
    const execution = new Execution({
      ...host,
      fence: this.#fence,
      invocation: begun.invocation,
      number,
      tracer,
      client: this.#client(),
    });
    this.#tracer = tracer;
    this.#execution = execution;
    return await this.#fence.run(async () => tool.handler(args, new DurableContext(execution, {})));
  }

  async #cancel(): Promise<void> {
    if (this.#execution) {
      await this.#end("cancelled", undefined);
      return;
    }
    // The cancellation may have come while an execution was being journalled, past aborting.
    const begun = await this.#beginning?.catch(() => undefined);
    if (!begun?.begun) return;
    const { store, clock, fence } = this.host;
    const { id } = this.request;
    const end = { id, execution: begun.execution, outcome: "cancelled", at: clock.now() } as const;
    await fence.run((signal) => store.endExecution(end, [], { signal }));
  }

  /** The answer is journalled and must not leave. */
  get responseLost(): boolean {
    return this.#execution?.responseLost ?? false;
  }

  /** Writes what is traced and not written yet. */
  async flush(): Promise<void> {
    await this.#tracer?.flush();
  }

  /** A resumption that the SDK refused stays interrupted, with the reason. */
  async #unexecuted(result: CallToolResult): Promise<CallToolResult> {
    if (this.request.as === "resume" && !this.#skipped) {
      const text = result.content.map((part) => (part.type === "text" ? part.text : "")).join(" ");
      await this.host.store.holdInvocation(this.request.id, text);
    }
    return result;
  }

  /** A protocol error in the place of a result carries the ids, too. */
  async #fail(error: McpError): Promise<never> {
    const data = { ...(typeof error.data === "object" ? error.data : {}), ...this.#meta() };
    const failure = new McpError(error.code, error.message, data);
    await this.#end("failed", { error: { code: error.code, message: error.message } });
    throw failure;
  }

  #meta(): Record<string, unknown> {
    return {
      [INVOCATION_ID]: this.request.id,
      [EXECUTION]: this.#execution?.options.number,
    };
  }

  async #end(outcome: ExecutionOutcome, response: unknown): Promise<void> {
    const execution = this.#execution;
    const tracer = this.#tracer;
    if (!execution || !tracer) return;
    const { store, clock } = this.host;
    // A cancelled execution's own fence is cut; the server's is not.
    const fence = outcome === "cancelled" ? this.host.fence : this.#fence;
    const end = {
      id: execution.id,
      execution: execution.options.number,
      outcome,
      at: clock.now(),
      ...(response === undefined ? {} : { response }),
      ...(execution.responseLost ? { responseLost: true } : {}),
    };
    await fence.run((signal) =>
      tracer.ride([{ type: "execution-ended", outcome }], (events) =>
        store.endExecution(end, events, { signal }),
      ),
    );
  }

  #client(): ClientChannel {
    const { line } = this.host;
    return {
      notify: async ({ method, params = {} }) => {
        const token = this.extra._meta?.progressToken;
        const isProgress = method === "notifications/progress";
        const dropped =
          this.request.as === "resume" || !this.session.isOpen
            ? "no client is connected"
            : isProgress && token === undefined
              ? "the client asked for no progress"
              : undefined;
        this.#execution?.trace({
          type: "notification",
          detail: dropped === undefined ? method : `${method} (dropped: ${dropped})`,
          outcome: dropped === undefined ? "sent" : "dropped",
        });
        if (dropped !== undefined) return;
        const full = isProgress ? { ...params, progressToken: token } : params;
        await this.extra.sendNotification({ method, params: full } as ServerNotification);
      },
      request: (request) =>
        line.ask((session) =>
          session.mcp.server.request(request as ServerRequest, ResultSchema.loose()),
        ),
    };
  }
}
