/** Servers of a person's own, as the browser keeps them. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OwnServers } from "./own-servers.ts";

class KeptTexts {
  [key: string]: unknown;
  getItem(key: string): unknown {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key: string, text: string): void {
    if (text.includes("too much")) throw new DOMException("full", "QuotaExceededError");
    this[key] = text;
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

const OLD = "durable-mcp-playground:own-servers";
let kept: KeptTexts;
beforeEach(() => {
  kept = new KeptTexts();
  vi.stubGlobal("localStorage", kept);
  vi.useFakeTimers({ now: 1000, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const written = (title: string) => ({ title, code: `// ${title}`, client: "" });
/** As a page that was just loaded lists them. */
const titles = (): string[] => new OwnServers().list().map(({ title }) => title);

it("what two tabs begin and write at the same time is all kept, in its order", () => {
  const [one, other] = [new OwnServers(), new OwnServers()];
  const a = one.add(written("a"));
  vi.setSystemTime(2000);
  const b = other.add(written("b"));
  one.change(a.id, { title: "A" });
  // Of the same one, too.
  const third = new OwnServers();
  one.change(b.id, { client: "// client" });
  third.change(a.id, { client: "// a's" });
  other.change(b.id, { code: "// B" });
  expect(titles()).toEqual(["A", "b"]);
  expect(new OwnServers().named(b.id)).toMatchObject({ code: "// B", client: "// client" });
  expect(new OwnServers().named(a.id)).toMatchObject({ title: "A", client: "// a's" });
  one.remove(a.id);
  expect(titles()).toEqual(["b"]);
});

it("one that was deleted does not come back by what is still written to it", () => {
  const own = new OwnServers();
  const { id } = own.add(written("a"));
  const other = new OwnServers();
  own.remove(id);
  for (const tab of [own, other]) tab.change(id, { code: "late" });
  expect([own.list(), other.list(), titles()]).toEqual([[], [], []]);
});

it("where the browser keeps no more, that is told, and all is as it was", () => {
  const own = new OwnServers();
  const { id } = own.add(written("a"));
  expect(() => own.change(id, { code: "too much" })).toThrow("full");
  expect(() => own.add(written("too much"))).toThrow("full");
  expect(own.list()).toMatchObject([{ title: "a", code: "// a" }]);
});

it("the list of an earlier version is taken over, and gets a client script", () => {
  const old = ["own-2", "own-1"].map((id) => ({ id, title: id, code: "x" }));
  kept.setItem(OLD, JSON.stringify([...old, { id: 5 }]));
  expect(titles()).toEqual(["own-2", "own-1"]);
  expect(new OwnServers().named("own-1")?.client).toContain("runClient");
  expect(kept.getItem(OLD)).toBeNull();
});

it("the list of an earlier version that has no room under its own keys is listed all the same", () => {
  new OwnServers().add(written("new"));
  const old = [{ id: "own-1", title: "old", code: "not too\u0020much" }];
  kept[OLD] = JSON.stringify(old).replace("\\u0020", " ");
  expect(titles()).toEqual(["old", "new"]);
  expect(kept.getItem(OLD)).not.toBeNull();
});

it.each(["", "{", "5", '{"id":"other","title":"x","code":"y"}'])(
  "what is no server is passed over: %s",
  (text) => {
    kept.setItem(`${OLD}:own-2`, text);
    new OwnServers().add(written("good"));
    expect(titles()).toEqual(["good"]);
  },
);
