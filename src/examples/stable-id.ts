/** An id that is derived from what it stands for: the same in every run. 64-bit FNV-1a, in hex. */
export function stableId(kind: string, ...parts: readonly string[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(parts.join("\u0000"))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return `${kind}_${hash.toString(16).padStart(16, "0")}`;
}
