/** A whole call, where arguments were expected. */
import { z } from "zod";

const args = z.record(z.string(), z.unknown());
const request = z.object({
  method: z.literal("tools/call"),
  params: z.object({ name: z.string(), arguments: args.default({}) }),
});
/** Without its request, a call is told from arguments by having nothing else. */
const params = z.strictObject({ name: z.string(), arguments: args, _meta: args.optional() });

/** The call that pasted arguments are in truth: a `tools/call` request, or its `params`. */
export function wholeCall(
  value: Record<string, unknown>,
): { readonly tool: string; readonly args: Record<string, unknown> } | undefined {
  const found = request.safeParse(value).data?.params ?? params.safeParse(value).data;
  return found && { tool: found.name, args: found.arguments };
}
