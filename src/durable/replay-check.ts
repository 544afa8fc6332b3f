/** Whether the code that replays a call is the code that began it. Loaded where a call is executed again. */
import type { Execution } from "./execution.ts";

/** How many guards of a call are looked at. */
const MOST = 1000;

/**
 * Traces each guard of the body that earlier executions used, and that this one, whose body has resolved,
 * never asked for. What is within the callable of a guard is that one's, which may be answered from the store.
 */
export async function traceUnasked(execution: Execution): Promise<void> {
  const { store, fence, number } = execution.options;
  const query = { invocation: execution.id, limit: MOST };
  for (const guard of await fence.run(() => store.readGuards(query))) {
    const { alias, kind, within } = guard;
    if (within !== undefined || execution.seen.has(alias) || guard.execution >= number) continue;
    const detail = String(guard.execution);
    execution.trace({ type: "code-changed", alias, kind, outcome: "unasked", detail });
  }
}
