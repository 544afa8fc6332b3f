/**
 * By what ways a tool may try to reach out of the sandbox. Each wall of the document is taken away once,
 * and the ways that it closes stand open.
 */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { deferred } from "../store/index.ts";
import { call, textOf } from "../testing/lab.ts";
import { ownHosts } from "../testing/own-hosts.ts";
import type { SandboxHostOptions } from "./index.ts";

const { host } = ownHosts();

/** By what a tool may try to reach out, which says `out` where it did. The network is stopped by the policy. */
const WAYS = {
  fetch: `return await fetch(target, { mode: "no-cors" }).then(() => "out");`,
  XMLHttpRequest: `return await new Promise((r) => { const x = new XMLHttpRequest(); x.onload = () => r("out"); x.onerror = () => r("dead"); x.open("GET", "data:,x"); x.send(); })`,
  // The policy says at once what it stops; nothing answers there. Firefox waits longer each time for a port where nothing did.
  WebSocket: `const stopped = new Promise((r) => addEventListener("securitypolicyviolation", () => r("dead"), { once: true })); const w = new WebSocket("ws://localhost:" + (20000 + Math.floor(Math.random() * 40000))); return await Promise.race([stopped, new Promise((r) => { w.onopen = () => r("out"); w.onerror = () => setTimeout(() => r("out"), 100); })]);`,
  parent: `return parent.document ? "out" : "dead";`,
  importScripts: `importScripts("data:text/javascript,"); return "out";`,
  "import()": `return await import("data:text/javascript,").then(() => "out");`,
  eval: `return eval("1") && "out";`,
  Function: `return new Function("return 1")() && "out";`,
  IndexedDB: `return await new Promise((r) => { const o = indexedDB.open("out"); o.onsuccess = () => { o.result.close(); indexedDB.deleteDatabase("out"); r("out"); }; o.onerror = () => r("dead"); })`,
  caches: `return await caches.open("out").then(() => caches.delete("out")).then(() => "out");`,
  locks: `return await navigator.locks.request("out", () => "out");`,
  BroadcastChannel: `const c = new BroadcastChannel("out"); c.postMessage("out"); c.close(); return "sent";`,
  "a nested worker": `new Worker(URL.createObjectURL(new Blob([""]))); return "out";`,
};
type Way = keyof typeof WAYS;

/** By which ways a tool in such a sandbox got out. */
async function escapes(options: Partial<SandboxHostOptions> = {}): Promise<Way[]> {
  const out = new Set<Way>();
  const heard = new BroadcastChannel("out");
  heard.onmessage = () => out.add("BroadcastChannel");
  const tools = Object.entries(WAYS).map(
    ([
      way,
      body,
    ]) => `server.registerTool(${JSON.stringify(way.replace(/\W/g, "-"))}, {}, async () => {
      const said = await (async () => { ${body} })().catch(() => "dead");
      return { content: [{ type: "text", text: String(said) }] };
    });`,
  );
  const code = `const target = ${JSON.stringify(location.href)}; exports.default = (server) => { ${tools.join("")} };`;
  const server = host(code, options);
  await server.start();
  const { client } = await server.connect();
  for (const way of Object.keys(WAYS) as Way[]) {
    if (textOf(await call(client, way.replace(/\W/g, "-"))) === "out") out.add(way);
  }
  // What was sent to the page before is there when this is.
  const after = deferred<undefined>();
  const own = new BroadcastChannel("after");
  own.onmessage = () => after.resolve(undefined);
  const reported = new BroadcastChannel("after");
  reported.postMessage("");
  await after.promise;
  reported.close();
  heard.close();
  own.close();
  server.crash();
  return [...out].sort();
}

/** The sandbox's document with something changed, whose script may run as it is then. */
async function changedDocument(change: (html: string) => string): Promise<string> {
  const html = change(await (await fetch("/sandbox.html")).text());
  const [, script = ""] = /<script>(.*)<\/script>/s.exec(html) ?? [];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  const text = html.replace(/sha256-[^']+/, `sha256-${hash}`);
  const url = URL.createObjectURL(new Blob([text], { type: "text/html" }));
  onTestFinished(() => URL.revokeObjectURL(url));
  return url;
}

describe("a tool reaches out", () => {
  it("by no way", async () => {
    expect(await escapes()).toEqual([]);
  });

  it("by none either where the document is the same from elsewhere", async () => {
    expect(await escapes({ url: await changedDocument((html) => html) })).toEqual([]);
  });

  it.each([
    [
      "the policy",
      (html: string) => html.replace(/<meta\s+http-equiv.*?\/>/s, ""),
      ["fetch", "XMLHttpRequest", "WebSocket", "importScripts", "import()", "eval", "Function"],
    ],
    [
      "what the policy says of the network",
      (html: string) => html.replace("default-src 'none'", "default-src * data: ws:"),
      ["fetch", "XMLHttpRequest", "WebSocket"],
    ],
    [
      "what the policy says of scripts",
      (html: string) => html.replace("; worker-src", " 'unsafe-eval' data:; worker-src"),
      ["importScripts", "import()", "eval", "Function"],
    ],
    [
      "that there are no nested workers",
      (html: string) => html.replace("[code]", `["Reflect.deleteProperty = () => true;", code]`),
      ["a nested worker"],
    ],
  ] as const)("without %s", async (_, change, ways) => {
    const out = await escapes({ url: await changedDocument(change) });
    expect(out).toEqual([...ways].sort());
  });

  it("without an origin of its own", async () => {
    const spy = vi.spyOn(HTMLIFrameElement.prototype, "setAttribute").mockImplementation(function (
      this: HTMLIFrameElement,
      name,
      value,
    ) {
      this.setAttributeNS(null, name, name === "sandbox" ? `${value} allow-same-origin` : value);
    });
    onTestFinished(() => spy.mockRestore());
    expect(await escapes()).toEqual(["BroadcastChannel", "IndexedDB", "caches", "locks"]);
  });
});
