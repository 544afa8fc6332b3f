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
  systemClock,
  Tracer,
  type Clock,
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
import { RequestError } from "./request-error.ts";
import type { Extra, Session, Tool } from "./session.ts";

/** An end that could not be journalled is tried again after so long, in milliseconds. */
const INSIST_MS = 1000;

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
      // The SDK sends nothing for a cancelled request, whatever this is.
      .finally(() => this.#cancelled.resolve({ content: [] }));
  }

  /** The journal does not know it any more: it is fenced, and its client is told. */
  abandon(): void {
    if (this.#fence.isCut) return;
    const unfinished = this.#cut("Everything was wiped.");
    this.#cancelled.reject(Invocation.wiped(this.id));
    // Where it was journalled after the wipe, it must not stay running.
    this.#journalCancellation(unfinished).catch(this.host.onError);
  }

  /** Another server executes the invocation now, and journals its end; or it was wiped. */
  #supersede(): void {
    if (this.#fence.isCut) return;
    this.#cut("Another server has taken the call over.");
    const { store, fence } = this.host;
    fence
      .run(() => store.readInvocation(this.id))
      .then(
        (known) => this.#cancelled.reject(known ? this.#takenOver() : Invocation.wiped(this.id)),
        (error: unknown) => this.#cancelled.reject(error),
      );
  }

  #takenOver(): RequestError {
    return new RequestError(
      ErrorCode.InternalError,
      `Another server has taken invocation ${this.id} over. Call again with the same id to get ` +
        `its answer.`,
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
    try {
      const end = this.#endOf(result.isError ? "failed" : "completed", unfinished, response);
      if (end) await this.#journal(end);
    } catch (error) {
      const message = `The call was carried out, but its answer could not be journalled: ${keep(error).message}`;
      return await this.#fail(new RequestError(ErrorCode.InternalError, message), unfinished);
    }
    return response;
  }

  /** Runs the tool's body; the SDK has validated the arguments. */
  async execute(tool: Tool, args: unknown): Promise<CallToolResult> {
    const { store, clock } = this.host;
    const { id } = this.request;
    this.#taken = true;
    const begun = await this.#begin();
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
      await this.#insist(running);
      return;
    }
    // The cancellation may have come while an execution was being journalled, past aborting.
    const outcome = await this.#beginning?.catch(() => undefined);
    if (!outcome?.begun) return;
    const at = this.host.clock.now();
    await this.#insist({ begun: outcome.invocation, outcome: "cancelled", at });
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
  async #fail({ code, message, data }: RequestError, left?: readonly string[]): Promise<never> {
    const more = typeof data === "object" ? (copyJson(data, "data") as object) : {};
    const unfinished = left ?? this.#cut("The execution has ended.");
    const end = this.#endOf("failed", unfinished, { error: { code, message } });
    if (end) await this.#insist(end);
    throw new RequestError(code, message, { ...more, ...this.#meta() });
  }

  /**
   * Journals an end; what cannot be journalled now is tried again in the background as long as the
   * server lives, for another server waits for it.
   */
  async #insist(end: EndExecution): Promise<void> {
    const { fence, onError } = this.host;
    await this.#journal(end).catch((error: unknown) => {
      onError(error);
      void fence
        .run((signal) => systemClock.sleep(INSIST_MS, signal))
        .then(() => this.#insist(end));
    });
  }

  #meta(): Record<string, unknown> {
    return {
      [INVOCATION_ID]: this.request.id,
      [EXECUTION]: this.#execution?.options.number,
    };
  }

  /** Through the server's fence: the execution's own is cut. */
  async #journal(end: EndExecution): Promise<void> {
    await this.host.fence.run(async (signal) => {
      const journal = (events: readonly TraceEvent[]): Promise<boolean> =>
        this.host.store.endExecution(end, events, { signal });
      await (this.#tracer ? this.#tracer.ride(journal) : journal([]));
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
