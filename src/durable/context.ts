/** What a tool and its guarded callables are given to reach everything durable. */
import { GuardUsageError } from "./errors.ts";
import type { ClientChannel, Execution, LogLevel } from "./execution.ts";
import type { Scope } from "./scope.ts";

/** Not exported from this folder: a tool sees a context's public face only. */
const runtime = Symbol("runtime");

/**
 * Everything durable that a tool, or a guarded callable, can reach. A callable is given its own,
 * and uses that.
 */
export class DurableContext {
  /** @internal */
  readonly [runtime]: { readonly execution: Execution; readonly scope: Scope };
  readonly invocationId: string;
  /** 1, 2, …: how often the tool's body was entered for this invocation. */
  readonly execution: number;
  readonly tool: string;
  /** The guard whose callable was given this context; absent in the tool's body. */
  readonly guard: { readonly alias: string; readonly attempt: number } | undefined;
  /** Aborted when the server is closed in order; silent in a crash, in a cancellation and at the execution's end. */
  readonly signal: AbortSignal;

  /** @internal Contexts are given, never made by a tool. */
  constructor(execution: Execution, scope: Scope) {
    this[runtime] = { execution, scope };
    this.invocationId = execution.id;
    this.execution = execution.options.number;
    this.tool = execution.options.invocation.tool;
    this.guard = scope.guard;
    this.signal = execution.options.signal;
  }

  /** Sends the client a notification. It is dropped, and traced, where no client is connected. */
  notify(notification: Parameters<ClientChannel["notify"]>[0]): Promise<void> {
    return this.#send((client) => client.notify(notification), notification.method);
  }

  /** Sends a log message to every connected client that wants its level. */
  log(level: LogLevel, data: unknown): Promise<void> {
    return this.#send((client) => client.log(level, data), "notifications/message");
  }

  #send(send: (client: ClientChannel) => Promise<void>, method: string): Promise<void> {
    const { execution, scope } = this[runtime];
    return execution.options.fence.run(async () => {
      await execution.unlessSettled(scope, `notification (${method})`);
      await send(execution.options.client);
    });
  }

  /** Asks the client, and waits for the next one where none is connected. */
  request(request: Parameters<ClientChannel["request"]>[0]): Promise<unknown> {
    const { execution, scope } = this[runtime];
    const { client } = execution.options;
    const { asked, validates } = scope;
    scope.asks = (scope.asks ?? 0) + 1;
    // A validated callable's second run is given the answers of its first: nobody is asked twice.
    const earlier = asked && validates?.requests[asked.requests.length];
    const answer = execution.during(
      scope,
      `question to the client (${request.method})`,
      async () => {
        if (!validates) return await client.request(request);
        const { sameData } = await import("./same-data.ts");
        if (earlier && sameData(earlier.request, request)) return await earlier.answer;
        const { refuseSecondRun } = await import("./effect-validation.ts");
        throw refuseSecondRun(request.method);
      },
    );
    asked?.requests.push({ request, answer });
    return answer;
  }
}

/** The execution and scope behind a context, for the rest of this folder. */
export function internals(context: DurableContext): { execution: Execution; scope: Scope } {
  // Callers without types may hand over anything.
  if (!((context as unknown) instanceof DurableContext)) {
    throw new GuardUsageError(
      "The context is missing: pass the DurableContext that the tool or the callable was given.",
    );
  }
  return context[runtime];
}
