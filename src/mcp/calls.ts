/** The calls of one server: each request of `tools/call`, from its arrival until nothing of it is under way. */
import {
  ErrorCode,
  type CallToolRequest,
  type CallToolResult,
} from "@modelcontextprotocol/sdk/types.js";
import { never, type Fence } from "../durable/index.ts";
import { copyJson, type InvocationRecord } from "../store/index.ts";
import { ClientLine } from "./client-line.ts";
import { Hanging } from "./hanging.ts";
import { Invocation, type InvocationHost } from "./invocation.ts";
import { INVOCATION_ID, namedInvocation } from "./meta.ts";
import { CancelledError, RequestError } from "./request-error.ts";
import type { CallHandler, Extra, Session, Tool } from "./session.ts";

export interface CallsOptions {
  /** The server's. */
  readonly fence: Fence;
  readonly isRunning: () => boolean;
  readonly newId: () => string;
  /** What a call that comes now has around it. */
  readonly surroundings: () => Omit<InvocationHost, "earlier" | "hang" | "line" | "fence">;
}

export class Calls {
  readonly line = new ClientLine();
  readonly hanging = new Hanging();
  /** In the order in which they came. */
  readonly #underWay = new Set<Invocation>();
  readonly #byExtra = new WeakMap<Extra, Invocation>();

  constructor(private readonly options: CallsOptions) {}

  /**
   * Stands around the SDK's `tools/call` handler.
   *
   * @param inner the SDK's handler, which calls `execute` for a valid call
   */
  async answer(
    session: Session,
    as: "client" | "resume",
    inner: CallHandler,
    request: CallToolRequest,
    extra: Extra,
  ): Promise<CallToolResult> {
    const { fence, isRunning, newId } = this.options;
    return await fence.run(async () => {
      if (!isRunning()) {
        throw new RequestError(ErrorCode.InternalError, "The server has not been started yet.");
      }
      const { name: tool, arguments: given = {}, _meta: meta } = request.params;
      // The journal's own: what the tool does to its arguments changes no record.
      const args = copyJson(given, "arguments") as Record<string, unknown>;
      const named = namedInvocation(meta);
      const asked = { id: named ?? newId(), tool, args, as, isNew: named === undefined };
      const invocation = new Invocation(this.#host(), session, extra, asked);
      this.#byExtra.set(extra, invocation);
      this.#underWay.add(invocation);
      // A resumption has no client that could miss its answer: it is in the journal.
      const arrives = (): boolean => as === "resume" || !invocation.responseLost;
      try {
        const result = await invocation.answer(() => inner(request, extra));
        if (arrives()) return result;
      } catch (error) {
        if (arrives()) throw error;
      } finally {
        this.#underWay.delete(invocation);
        invocation.settled.resolve();
      }
      session.loseResponse(extra.requestId);
      return await never();
    });
  }

  /** Runs the body of a tool that the SDK has found, its arguments validated. */
  async execute(tool: Tool, args: unknown, extra: Extra): Promise<CallToolResult> {
    const invocation = this.#byExtra.get(extra);
    if (!invocation) throw new Error(`${tool.name} was not called by tools/call.`);
    return await invocation.execute(tool, args);
  }

  /** Executes an interrupted invocation again, without a client. */
  async resume(headless: Session, { id, tool, args }: InvocationRecord): Promise<void> {
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
      await headless.call(request, extra);
    } catch (error) {
      // Nobody waits for its answer, and the journal tells that it was cancelled.
      if (!(error instanceof CancelledError)) throw error;
    }
  }

  cancel(id: string): void {
    for (const invocation of this.#underWay) if (invocation.id === id) invocation.cancel();
  }

  /** Resolves when every cancellation is journalled. */
  async cancellations(): Promise<void> {
    await Promise.all([...this.#underWay].flatMap(({ cancellation }) => cancellation ?? []));
  }

  /** Everything was wiped: what the journal does not know any more is at its end. */
  async abandon(): Promise<void> {
    await Promise.all([...this.#underWay].map((invocation) => invocation.abandon()));
  }

  /** Writes what is traced and not written yet. */
  async flush(): Promise<void> {
    await Promise.all([...this.#underWay].map((invocation) => invocation.flush()));
  }

  #host(): InvocationHost {
    return {
      ...this.options.surroundings(),
      fence: this.options.fence,
      hang: (signal) => this.hanging.wait(signal),
      line: this.line,
      earlier: (invocation) => {
        const all = [...this.#underWay];
        return all.slice(0, all.indexOf(invocation)).filter(({ id }) => id === invocation.id);
      },
    };
  }
}
