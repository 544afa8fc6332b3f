/** A whole call, where arguments were expected. */
import { z } from "zod";
import { layOut, membersOf } from "./json-members.ts";

const args = z.record(z.string(), z.unknown());
const request = z.object({
  method: z.literal("tools/call"),
  params: z.object({ name: z.string(), arguments: args.default({}) }),
});
/** Without its request, a call is told from arguments by having nothing else. */
const params = z.strictObject({ name: z.string(), arguments: args, _meta: args.optional() });

/**
 * The call that a pasted text is in truth: a `tools/call` request, or its `params`.
 *
 * @param text JSON
 * @returns the tool, and its arguments as they are written, laid out
 */
export function wholeCall(
  text: string,
): { readonly tool: string; readonly args: string } | undefined {
  const value: unknown = JSON.parse(text);
  const whole = request.safeParse(value).data?.params;
  const found = whole ?? params.safeParse(value).data;
  if (!found) return undefined;
  const source = whole ? memberOf(text, "params") : text;
  return { tool: found.name, args: layOut(memberOf(source, "arguments") ?? "{}") };
}

/** As JSON has it, the last of a name counts. */
function memberOf(source = "", name: string): string | undefined {
  return membersOf(source).findLast((member) => member.name === name)?.text;
}
