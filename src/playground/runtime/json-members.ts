/** The members of a JSON object or array as they are written: numbers with every digit. */

export interface Member {
  /** Absent in an array. */
  readonly name?: string;
  readonly text: string;
  /** Where it begins in the source. */
  readonly at: number;
}

/** A text by runs of characters: one by one, a very long one would overflow the matcher. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The text's strings, numbers, words and signs, as they are written. */
export function tokensOf(json: string): string[] {
  return json.match(TOKEN) ?? [];
}

const MOST_INDENTS = 100;

/** JSON laid out, each number and text as it is written. @param source JSON, which was parsed before */
export function layOut(source: string, indent = "  "): string {
  let text = "";
  let depth = 0;
  let before = "";
  for (const token of tokensOf(source)) {
    const closes = token === "}" || token === "]";
    if (closes) depth--;
    const isEmpty = closes && (before === "{" || before === "[");
    const breaks = before === "," || (closes ? !isEmpty : before === "{" || before === "[");
    // So deep that nobody sees the end of the indentation, it goes no further.
    if (breaks) text += `\n${indent.repeat(Math.min(depth, MOST_INDENTS))}`;
    else if (before === ":") text += " ";
    text += token;
    if (token === "{" || token === "[") depth++;
    before = token;
  }
  return text;
}

/** @param source JSON, which was parsed before; of another value there are none */
export function membersOf(source: string): Member[] {
  const members: Member[] = [];
  let depth = 0;
  let name: string | undefined;
  let from: number | undefined;
  let isObject = false;
  const end = (to: number): void => {
    if (from === undefined) return;
    const text = source.slice(from, to).trimEnd();
    members.push({ ...(isObject && name !== undefined ? { name } : {}), text, at: from });
    from = undefined;
    name = undefined;
  };
  for (const { 0: token, index } of source.matchAll(TOKEN)) {
    const opens = token === "{" || token === "[";
    const closes = token === "}" || token === "]";
    if (depth === 0) isObject = token === "{";
    if (closes) depth--;
    if (depth === 0 && closes) end(index);
    else if (depth === 1 && token === ",") end(index);
    else if (depth === 1 && isObject && name === undefined) {
      if (token.startsWith('"')) name = JSON.parse(token) as string;
    } else if (depth === 1 && token !== ":" && !closes) from ??= index;
    if (opens) depth++;
  }
  return members;
}
