/**
 * One request of a tool call, from its arrival to its answer: waits its turn, journals an
 * execution, runs the tool's body and journals the answer.
 *
 * 1. Nothing is journalled before the SDK has found the tool and taken the arguments.
 * 2. When the body has ended, its fence is cut, and then its end is journalled through the server's:
 *    what it left running changes nothing any more.
 * 3. The answer is journalled before it leaves.
 * 4. It waits its turn; see `beginInTurn`.
 * 5. A cancelled execution is fenced, and is over when the journal says so: a waiting retry finds it
 *    cancelled.
 */
import { ErrorCode, McpError, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import {
  DurableContext,
  Execution,
  Fence,
  serializeError,
  Tracer,
  type Surroundings,
} from "../durable/index.ts";
import {
  deferred,
  sameRequest,
  type BeginOutcome,
  type EndExecution,
  type TraceEvent,
} from "../store/index.ts";
import { checkAnswer } from "./answer.ts";
import { clientChannel } from "./client-channel.ts";
import type { ClientLine } from "./client-line.ts";
import { EXECUTION, INVOCATION_ID } from "./meta.ts";
import {
  asError,
  CancelledError,
  otherRequest,
  RequestError,
  takenOver,
  wiped,
  withJsonData,
} from "./request-error.ts";
import type { Extra, Session, Tool } from "./session.ts";
import { beginInTurn, type InvocationRequest } from "./turn.ts";
import { untilDone } from "./until-done.ts";

/** What an invocation needs of its server. */
export interface InvocationHost extends Surroundings {
  readonly owner: string;
  readonly fence: Fence;
  readonly onError: (error: unknown) => void;
  readonly line: ClientLine;
  /** The requests of the same invocation that came to this server before, and are not over. */
  readonly earlier: (invocation: Invocation) => readonly Invocation[];
  /** Resolves when another server has died and what it left running is marked. */
  readonly watch: (server: string) => Promise<void>;
}

export class Invocation {
  readonly #fence: Fence;
  #execution: Execution | undefined;
  #tracer: Tracer | undefined;
  #beginning: Promise<BeginOutcome> | undefined;
  /** Why the call is refused, where the SDK would make a tool's error of it. */
  #refusal: RequestError | undefined;
  /** The SDK took the call; what fails from here on is not its refusal. */
  #isClaimed = false;
  /** Withdraws open questions to the client; silent in a crash. */
  readonly #withdrawal = new AbortController();
  readonly #cancelled = deferred<CallToolResult>();
  /** Settles when a cancellation is journalled; absent while there is none. */
  cancellation: Promise<void> | undefined;
  /** Resolved by the server when nothing of the request is under way any more. */
  readonly settled = deferred<void>();

  constructor(
    private readonly host: InvocationHost,
    private readonly session: Session,
    private readonly extra: Extra,
    private readonly request: InvocationRequest,
  ) {
    this.#fence = new Fence(host.fence);
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
    if (known?.seq !== this.#execution?.options.invocation.seq) return wiped(this.id);
    return takenOver(this.id, this.#meta());
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
      result = { content: [{ type: "text", text: serializeError(error).message }], isError: true };
    }
    const response = { ...result, _meta: { ...result._meta, ...this.#meta() } };
    const unfinished = this.#cut("The execution has ended.");
    let isJournalled = true;
    try {
      const end = this.#endOf(result.isError ? "failed" : "completed", unfinished, response);
      if (end) isJournalled = await this.#journal(end);
    } catch (error) {
      const message = `The call was carried out, but its answer could not be journalled: ${serializeError(error).message}`;
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
    this.#isClaimed = true;
    let begun: BeginOutcome;
    try {
      begun = await beginInTurn({
        ...this.host,
        request: this.request,
        earlier: this.host.earlier(this).map(({ settled }) => settled.promise),
        fence: this.#fence,
        onBegin: (beginning) => {
          this.#beginning = beginning;
        },
      });
    } catch (error) {
      const message = `The call was not carried out, for it could not be journalled: ${serializeError(error).message}`;
      this.#refusal = new RequestError(ErrorCode.InternalError, message, this.#meta());
      return { content: [] };
    }
    if (!begun.begun) {
      // A resumption that another server has done already is none of ours any more.
      if (begun.reason === "other-request") this.#refusal = otherRequest(id);
      if (begun.reason === "wiped") this.#refusal = wiped(id);
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
        hasEnded: () => this.#fence.isCut,
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
      await execution.checkReplay().catch(host.onError);
      return checkAnswer(tool.name, answer);
    });
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

  /** The SDK refused the call; a retry that asks for something else is refused as what it is. */
  async #unexecuted(result: CallToolResult): Promise<CallToolResult> {
    const { store } = this.host;
    const { id, isNew, as } = this.request;
    const known = isNew || as === "resume" ? undefined : await store.readInvocation(id);
    if (known && !sameRequest(known, this.request)) throw otherRequest(id);
    // A resumption stays interrupted, with the reason.
    if (this.request.as === "resume" && !this.#isClaimed) {
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
      return await (this.#tracer ? this.#tracer.appendWith(journal) : journal([]));
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
