/** Where in a server's code a tool, a guard or a paused call stands, as far as its text shows it. */
import type { Pause } from "../../../host/index.ts";
import type { Stretch } from "../../components/code-marks.ts";

export interface GuardCall extends Stretch {
  readonly alias: string;
}

/** A guard's call with its alias, as the examples write it. */
const GUARD_CALL = /\bat(?:Least|Most)Once\(\s*"([^"]+)"/g;

/** The calls of guards in the code, from the function to the alias. */
export function guardCalls(code: string): GuardCall[] {
  return [...code.matchAll(GUARD_CALL)].flatMap(({ index, 0: text, 1: alias }) =>
    alias === undefined ? [] : [{ alias, from: index, to: index + text.length }],
  );
}

/** Where a tool is registered, by its name. */
export function placeOfTool(code: string, tool: string): number | undefined {
  const registered = [...code.matchAll(/registerTool\(\s*"([^"]+)"/g)];
  return registered.find(([, name]) => name === tool)?.index;
}

/** The guard within which a call pauses, else the effect or the write before which it does, else its tool. */
export function placeOfPause(
  code: string,
  { tool, alias, map, service }: Pick<Pause, "tool" | "alias" | "map" | "service">,
): Stretch | undefined {
  const start = placeOfTool(code, tool) ?? 0;
  if (alias !== undefined) {
    const named = guardCalls(code).filter((call) => call.alias === alias);
    // A helper that several tools share may stand before all of them.
    return named.find(({ from }) => from >= start) ?? named[0];
  }
  let at: number | undefined = placeOfTool(code, tool);
  if (service !== undefined) at = indexOf(code, `"${service}.`, start);
  else if (map !== undefined) at = placeOfWrite(code, map, start);
  return at === undefined ? undefined : { from: at, to: at };
}

function indexOf(code: string, part: string, start: number): number | undefined {
  const at = code.indexOf(part, start);
  return at < 0 ? undefined : at;
}

/** Where a map is written to next, by the name of its reference. */
function placeOfWrite(code: string, map: string, start: number): number | undefined {
  const reference = code.indexOf(`SortedMap.ref(${JSON.stringify(map)})`);
  const [, name] = /(\w+)\s*=\s*$/.exec(code.slice(0, Math.max(0, reference))) ?? [];
  const writes = code.slice(start).matchAll(/\b(\w+)\s*\.(?:insert|remove|idempotently)\b/g);
  const write = [...writes].find(([, written]) => written === name);
  return write && start + write.index;
}
