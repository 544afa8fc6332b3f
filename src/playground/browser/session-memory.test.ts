import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { recall, remember } from "./session-memory.ts";

/** As a browser's, which Node has none of. */
function storage(): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
  };
}

beforeEach(() => {
  vi.stubGlobal("sessionStorage", storage());
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("what was remembered last is recalled, also an empty text; what never was is not", () => {
  remember("a", "1");
  remember("a", "2");
  remember("b", "");
  expect([recall("a"), recall("b"), recall("c")]).toEqual(["2", "", undefined]);
});

it("where site data is blocked or full it forgets, and fails nobody", () => {
  const refuse = (): never => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse });
  expect(() => remember("a", "1")).not.toThrow();
  expect(recall("a")).toBeUndefined();
});
