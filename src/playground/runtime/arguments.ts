/** A tool's arguments as the text that is typed, which is what is sent. */
export type ParsedArguments =
  | { readonly args: Record<string, unknown>; readonly error?: undefined }
  | { readonly args?: undefined; readonly error: string };

/** The arguments that the text says, or what is wrong with it and where. */
export function parseArguments(text: string): ParsedArguments {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { error: `This is no JSON: ${message}${whereIn(text, message)}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { error: "This is to be a JSON object, for instance { }." };
  }
  return { args: value as Record<string, unknown> };
}

/** Line and column, where the engine's message tells a position only. */
function whereIn(text: string, message: string): string {
  const position = / in JSON at position (\d+)/.exec(message)?.[1];
  if (position === undefined || message.includes("line")) return "";
  const before = text.slice(0, Number(position)).split("\n");
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** Arguments to begin with: the schema's defaults, and its examples for what is required. */
export function initialArguments(schema: {
  readonly properties?: Record<string, unknown> | undefined;
  readonly required?: readonly string[] | undefined;
}): string {
  const args: [string, unknown][] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const { default: initial, examples } = property as { default?: unknown; examples?: unknown };
    if (initial !== undefined) args.push([name, initial]);
    else if (schema.required?.includes(name) && Array.isArray(examples))
      args.push([name, examples[0]]);
  }
  // A member named `__proto__` is an own one, too.
  return JSON.stringify(Object.fromEntries(args), null, 2);
}
