/**
 * Deep equality of what the structured clone algorithm carries, to the last bit: a library's would
 * take 0 for -0, a hole for `undefined`, and maps of another order for equal.
 */
export function sameData(a: unknown, b: unknown): boolean {
  return isSame(a, b, new Map());
}

/** Pairs that are being compared, or were: where they meet again, they are as far as is known the same. */
type Seen = Map<object, Set<object>>;

function isSame(a: unknown, b: unknown, seen: Seen): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const kind = Object.prototype.toString.call(a);
  if (kind !== Object.prototype.toString.call(b)) return false;
  const met = seen.get(a) ?? new Set<object>();
  if (met.has(b)) return true;
  seen.set(a, met.add(b));
  const both = (of: (value: object) => unknown): boolean => isSame(of(a), of(b), seen);
  switch (kind) {
    case "[object Boolean]":
    case "[object Number]":
    case "[object String]":
    case "[object BigInt]":
    case "[object Date]":
      return both((value) => value.valueOf());
    case "[object RegExp]":
      return both((value) => {
        const { source, flags, lastIndex } = value as RegExp;
        return [source, flags, lastIndex];
      });
    case "[object Map]":
    case "[object Set]":
      return both((value) => [...(value as Iterable<unknown>)]);
    case "[object Error]":
      return both((value) => {
        const { name, message, cause } = value as Error;
        return [name, message, "cause" in value, cause];
      });
    default:
      return isBytes(a) && isBytes(b) ? sameBytes(a, b) : sameMembers(a, b, seen);
  }
}

function isBytes(value: object): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

function sameBytes(a: ArrayBuffer | ArrayBufferView, b: ArrayBuffer | ArrayBufferView): boolean {
  const [x, y] = [a, b].map((value) =>
    ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value),
  );
  return x?.length === y?.length && (x?.every((byte, index) => byte === y?.[index]) ?? true);
}

/** Own members, holes of an array included. */
function sameMembers(a: object, b: object, seen: Seen): boolean {
  const names = Object.keys(a);
  return (
    (!Array.isArray(a) || !Array.isArray(b) || a.length === b.length) &&
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        isSame((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], seen),
    )
  );
}
