/** Deep equality of what the structured clone algorithm takes. */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (a instanceof Map && b instanceof Map) return sameData([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return sameData([...a], [...b]);
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return sameData(new Uint8Array(a), new Uint8Array(b));
  }
  if (a instanceof Error && b instanceof Error) return a.name === b.name && a.message === b.message;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        sameData((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
}
