/** What a person's file exports. */

/**
 * The first of the names by which it exports a function.
 *
 * @param write how that is written
 * @throws Error where it exports none of them
 */
export function functionNamed(
  exports: Readonly<Record<string, unknown>>,
  names: readonly string[],
  write: string,
): unknown {
  const functions = functionsOf(exports);
  const found = names.find((name) => functions.has(name));
  if (found !== undefined) return functions.get(found);
  const others = [...functions.keys()];
  throw new Error(
    others.length === 0
      ? `The file exports no function. Write: ${write}`
      : `The file exports no function ${names.map((name) => `"${name}"`).join(" or ")}, but ${others.join(", ")}.`,
  );
}

/** By their names. */
export function functionsOf(
  exports: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, unknown> {
  // A class is a function that cannot be called.
  const isCallable = (value: unknown): boolean =>
    typeof value === "function" && !/^class\b/.test(String(value));
  return new Map(Object.entries(exports).filter(([, value]) => isCallable(value)));
}
