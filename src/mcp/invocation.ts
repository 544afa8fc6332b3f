/**
 * One request of a tool call, from its arrival to its answer: waits its turn, journals an
 * execution, runs the tool's body and journals the answer.
 *
 * 1. Nothing is journalled before the SDK has found the tool and taken the arguments.
 * 2. When the body has ended, its fence is cut, and then its end is journalled through the server's:
 *    what it left running changes nothing any more.
 * 3. The answer is journalled before it leaves.
 * 4. It waits its turn: for earlier requests of the same invocation in this server until they are
 *    over, for another server's execution until the journal says that it ended or was interrupted.
 * 5. A cancelled execution is fenced, and is over when the journal says so: a waiting retry finds it
 *    cancelled.
 */
import { ErrorCode, McpError, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import {
  DurableContext,
  Execution,
  Fence,
  keep,
  Tracer,
  type Clock,
  type EffectPort,
  type ErrorClass,
  type FaultInjector,
  type RetryPolicy,
} from "../durable/index.ts";
import {
  copyJson,
  deferred,
  sameRequest,
  type BeginOutcome,
  type DurableStore,
  type EndExecution,
  type TraceEvent,
} from "../store/index.ts";
import { checkAnswer } from "./answer.ts";
import { clientChannel } from "./client-channel.ts";
import type { ClientLine } from "./client-line.ts";
import { EXECUTION, INVOCATION_ID } from "./meta.ts";
import { CancelledError, RequestError } from "./request-error.ts";
import type { Extra, Session, Tool } from "./session.ts";
import { untilDone } from "./until-done.ts";

/** What an invocation needs of its server. */
export interface InvocationHost {
  readonly owner: string;
  readonly store: DurableStore;
  readonly fence: Fence;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly effects: EffectPort | undefined;
  readonly faults: FaultInjector | undefined;
  readonly retryPolicy: RetryPolicy;
  readonly guards: "on" | "off";
  readonly effectValidation: boolean;
  readonly errors: ReadonlyMap<string, ErrorClass>;
  readonly signal: AbortSignal;
  readonly crash: () => void;
  /** Lasts until it is released, or the signal is aborted. */
  readonly hang: (signal: AbortSignal) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly line: ClientLine;
  /** The requests of the same invocation that came to this server before, and are not over. */
  readonly earlier: (invocation: Invocation) => readonly Invocation[];
  /** Resolves when another server has died and what it left running is marked. */
  readonly watch: (server: string) => Promise<void>;
}

export interface InvocationRequest {
  readonly id: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly as: "client" | "resume";
  /** The id was made for this call: nobody else knows it yet. */
  readonly isNew: boolean;
}

export class Invocation {
  readonly #fence: Fence;
  #execution: Execution | undefined;
  #tracer: Tracer | undefined;
  #beginning: Promise<BeginOutcome> | undefined;
  /** Why the call is refused, where the SDK would make a tool's error of it. */
  #refusal: RequestError | undefined;
  /** The SDK took the call; what fails from here on is not its refusal. */
  #taken = false;
  /** Withdraws open questions to the client; silent in a crash. */
  readonly #withdrawal = new AbortController();
  readonly #cancelled = deferred<CallToolResult>();
  /** Settles when a cancellation is journalled; absent while there is none. */
  cancellation: Promise<void> | undefined;
  /** Resolved by the server when nothing of the request is under way any more. */
  readonly over = deferred<void>();

  constructor(
    private readonly host: InvocationHost,
    private readonly session: Session,
    private readonly extra: Extra,
    private readonly request: InvocationRequest,
  ) {
    this.#fence = new Fence(host.fence);
  }

  static otherRequest(id: string): RequestError {
    return new RequestError(
      ErrorCode.InvalidParams,
      `Invocation ${id} was called with another tool or other arguments. A retry repeats the call ` +
        `as it was; leave the id out to start a new invocation.`,
    );
  }

  static wiped(id: string): RequestError {
    return new RequestError(
      ErrorCode.InternalError,
      `Everything was wiped while invocation ${id} was under way. Call the tool anew.`,
    );
  }

  get id(): string {
    return this.request.id;
  }

  /** Answers the request: `inner` is the SDK's handler, which calls `execute` for a valid call. */
  async answer(inner: () => Promise<CallToolResult>): Promise<CallToolResult> {
    const { signal } = this.extra;
    const cancel = (): void => {
      // The SDK aborts its handlers also when the client leaves; the call goes on then.
      if (this.session.isOpen) this.cancel();
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await Promise.race([this.#answer(inner), this.#cancelled.promise]);
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /** Fences the execution; its guards stay as they are. */
  cancel(): void {
    if (this.#fence.isCut) return;
    const unfinished = this.#cut("The call was cancelled.");
    this.cancellation = this.#journalCancellation(unfinished)
      .catch(this.host.onError)
      // Where its own client has cancelled it, the SDK sends nothing.
      .finally(() => this.#cancelled.reject(new CancelledError(this.id, this.#meta())));
  }

  /** Everything was wiped: an execution that the journal does not know any more is at its end. */
  async abandon(): Promise<void> {
    const begun = this.#execution?.options.invocation;
    if (!begun) return; // It begins after the wipe, or is refused then.
    const known = await this.#fence.run(() => this.host.store.readInvocation(this.id));
    if (known?.seq !== begun.seq) this.#supersede();
  }

  /** Another server executes the invocation now, and journals its end; or it was wiped. */
  #supersede(): void {
    if (this.#fence.isCut) return;
    this.#cut("Another server has taken the call over.");
    this.#whySuperseded().then(this.#cancelled.reject, this.#cancelled.reject);
  }

  /** What became of the invocation, where this execution is not its last any more. */
  async #whySuperseded(): Promise<RequestError> {
    const { store, fence } = this.host;
    const known = await fence.run(() => store.readInvocation(this.id));
    if (known?.seq !== this.#execution?.options.invocation.seq) return Invocation.wiped(this.id);
    return new RequestError(
      ErrorCode.InternalError,
      `Another server has taken invocation ${this.id} over, and what came of it here was not kept. ` +
        `Call again with the same id to retry it.`,
      this.#meta(),
    );
  }

  /** From here on nothing of the execution settles or begins; returns what was under way. */
  #cut(why: string): readonly string[] {
    const unfinished = this.#execution?.unfinished ?? [];
    for (const detail of unfinished) this.#execution?.trace({ type: "left-running", detail });
    this.#fence.cut();
    this.#withdrawal.abort(why);
    return unfinished;
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
      if (error instanceof McpError) return await this.#fail(RequestError.from(error));
      result = { content: [{ type: "text", text: keep(error).message }], isError: true };
    }
    const response = { ...result, _meta: { ...result._meta, ...this.#meta() } };
    const unfinished = this.#cut("The execution has ended.");
    let isJournalled = true;
    try {
      const end = this.#endOf(result.isError ? "failed" : "completed", unfinished, response);
      if (end) isJournalled = await this.#journal(end);
    } catch (error) {
      const message = `The call was carried out, but its answer could not be journalled: ${keep(error).message}`;
      return await this.#fail(new RequestError(ErrorCode.InternalError, message), unfinished);
    }
    // An answer that nobody will find again must not leave.
    if (!isJournalled) throw await this.#whySuperseded();
    return response;
  }

  /** Runs the tool's body; the SDK has validated the arguments. */
  async execute(tool: Tool, args: unknown): Promise<CallToolResult> {
    const { store, clock } = this.host;
    const { id } = this.request;
    this.#taken = true;
    let begun: BeginOutcome;
    try {
      begun = await this.#begin();
    } catch (error) {
      const message = `The call was not carried out, for it could not be journalled: ${keep(error).message}`;
      this.#refusal = new RequestError(ErrorCode.InternalError, message, this.#meta());
      return { content: [] };
    }
    if (!begun.begun) {
      // A resumption that another server has done already is none of ours any more.
      if (begun.reason === "other-request") this.#refusal = Invocation.otherRequest(id);
      if (begun.reason === "wiped") this.#refusal = Invocation.wiped(id);
      return { content: [] };
    }
    const { invocation } = begun;
    const { number } = invocation.last;
    const about = { invocation: id, execution: number };
    const { host } = this;
    const tracer = new Tracer(store, about, () => clock.now(), host.onError);
    const execution: Execution = new Execution({
      ...host,
      fence: this.#fence,
      invocation,
      number,
      tracer,
      superseded: () => this.#supersede(),
      client: clientChannel({
        session: this.session,
        extra: this.extra,
        line: host.line,
        isResumption: this.request.as === "resume",
        tool: tool.name,
        trace: (event) => execution.trace(event),
        withdrawal: this.#withdrawal.signal,
        isOver: () => this.#fence.isCut,
        onError: host.onError,
      }),
    });
    this.#tracer = tracer;
    this.#execution = execution;
    return await this.#fence.run(async () => {
      let answer: unknown;
      try {
        answer = await tool.handler(args, new DurableContext(execution, {}));
      } catch (error) {
        throw asError(error);
      }
      return checkAnswer(tool.name, answer);
    });
  }

  /** Journals an execution when it is this request's turn. */
  async #begin(): Promise<BeginOutcome> {
    const { store, owner, guards, clock, earlier, watch } = this.host;
    const { request } = this;
    const begin = async (isKnown: boolean): Promise<BeginOutcome> =>
      await this.#fence.run((signal) => {
        const begun = { ...request, owner, guards, isKnown, at: clock.now() };
        this.#beginning = store.beginExecution(begun, { signal });
        return this.#beginning;
      });
    if (request.isNew) return await begin(false);
    // Of this server's requests only one is past this at a time.
    for (const { over } of earlier(this)) await this.#fence.run(() => over.promise);
    for (let isKnown = false; ; isKnown = true) {
      // Listened for from before the look into the journal, so that no change is missed.
      const next = this.#nextChange();
      try {
        const begun = await begin(isKnown);
        if (begun.begun || begun.reason !== "running") return begun;
        await this.#fence.run(() => Promise.race([next.changed, watch(begun.owner)]));
      } finally {
        next.end();
      }
    }
  }

  /** `changed` resolves when the journal tells of the invocation, or of all. */
  #nextChange() {
    const changed = deferred<void>();
    const unsubscribe = this.host.store.subscribe(({ tables, invocation = this.id }) => {
      if (tables.includes("invocations") && invocation === this.id) changed.resolve();
    });
    const { signal } = this.#fence;
    // A listener that stayed would keep the invocation's signal as long as its server's.
    const end = (): void => {
      unsubscribe();
      signal.removeEventListener("abort", end);
    };
    // What is fenced reaches no `finally`.
    signal.addEventListener("abort", end, { once: true });
    return { changed: changed.promise, end };
  }

  async #journalCancellation(unfinished: readonly string[]): Promise<void> {
    const running = this.#endOf("cancelled", unfinished);
    if (running) {
      await this.#journalOrInsist(running);
      return;
    }
    // The cancellation may have come while an execution was being journalled, past aborting.
    const outcome = await this.#beginning?.catch(() => undefined);
    if (!outcome?.begun) return;
    const at = this.host.clock.now();
    await this.#journalOrInsist({ begun: outcome.invocation, outcome: "cancelled", at });
  }

  /** The answer is journalled and must not leave. */
  get responseLost(): boolean {
    return this.#execution?.responseLost ?? false;
  }

  /** Writes what is traced and not written yet. */
  async flush(): Promise<void> {
    await this.#tracer?.flush();
  }

  /** The SDK refused the call; a retry that asks for something else is told as what it is. */
  async #unexecuted(result: CallToolResult): Promise<CallToolResult> {
    const { store } = this.host;
    const { id, isNew, as } = this.request;
    const known = isNew || as === "resume" ? undefined : await store.readInvocation(id);
    if (known && !sameRequest(known, this.request)) throw Invocation.otherRequest(id);
    // A resumption stays interrupted, with the reason.
    if (this.request.as === "resume" && !this.#taken) {
      const text = result.content.map((part) => (part.type === "text" ? part.text : "")).join(" ");
      await this.host.store.holdInvocation(this.request.id, text);
    }
    return result;
  }

  /** A protocol error in the place of a result carries the ids, too, also where it cannot be journalled. */
  async #fail(error: RequestError, left?: readonly string[]): Promise<never> {
    const unfinished = left ?? this.#cut("The execution has ended.");
    const { code, message, data } = withJsonData(error);
    const response = { error: { code, message, ...(data === undefined ? {} : { data }) } };
    const end = this.#endOf("failed", unfinished, response);
    const isKept = !end || (await this.#journalOrInsist(end));
    if (!isKept) throw await this.#whySuperseded();
    throw new RequestError(code, message, { ...data, ...this.#meta() });
  }

  /**
   * Journals an end; what cannot be journalled now is tried again in the background as long as the
   * server lives, for another server waits for it. Resolves with whether it still can be.
   */
  async #journalOrInsist(end: EndExecution): Promise<boolean> {
    const { fence, onError } = this.host;
    try {
      return await this.#journal(end);
    } catch (error) {
      onError(error);
      void untilDone(fence, onError, () => this.#journal(end));
      return true;
    }
  }

  #meta(): Record<string, unknown> {
    return {
      [INVOCATION_ID]: this.request.id,
      [EXECUTION]: this.#execution?.options.number,
    };
  }

  /** Through the server's fence: the execution's own is cut. Resolves with `false` where it was over already. */
  async #journal(end: EndExecution): Promise<boolean> {
    return await this.host.fence.run(async (signal) => {
      const journal = (events: readonly TraceEvent[]): Promise<boolean> =>
        this.host.store.endExecution(end, events, { signal });
      return await (this.#tracer ? this.#tracer.ride(journal) : journal([]));
    });
  }

  /** `undefined` where no execution has begun. */
  #endOf(
    outcome: EndExecution["outcome"],
    unfinished: readonly string[],
    response?: unknown,
  ): EndExecution | undefined {
    const execution = this.#execution;
    if (!execution) return undefined;
    return {
      begun: execution.options.invocation,
      outcome,
      at: this.host.clock.now(),
      unfinished,
      ...(response === undefined ? {} : { response }),
      ...(execution.responseLost ? { responseLost: true } : {}),
    };
  }
}

/** What was thrown as an `Error` that has a message, as the SDK needs it. */
function asError(thrown: unknown): Error {
  const { name, message } = keep(thrown);
  if (thrown instanceof Error && name === thrown.name && message === thrown.message) return thrown;
  const error = new Error(message, { cause: thrown });
  error.name = name;
  return error;
}

/** An error whose data, which a tool has made, can be sent; what JSON cannot carry is left out, and said so. */
function withJsonData({ code, message, data }: RequestError) {
  try {
    const copied = typeof data === "object" ? (copyJson(data, "data") as object) : undefined;
    return { code, message, data: copied };
  } catch (error) {
    return { code, message: `${message} (without its data: ${keep(error).message})` };
  }
}
