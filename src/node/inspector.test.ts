/** Who may inspect a server: the page that its process has sent, and nobody else. */
import { request } from "node:http";
import { connect } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { LocalHost, makeServer } from "../host/index.ts";
import { fromText, Inspected, toText } from "../remote/index.ts";
import type { ServerStore } from "../store/index.ts";
import { memoryStore } from "../lab/index.ts";
import { World } from "../world/index.ts";
import { inspector } from "./inspector.ts";
import { Keeper } from "./keeper.ts";
import type { LogEntry } from "./log.ts";
import { serveHost, type RunningServer } from "./serve-host.ts";

const HELLO = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1.0.0" },
  },
};

let folder: string;
let store: ServerStore;
let server: RunningServer;
let logged: LogEntry[];
const sockets: WebSocket[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "inspector-"));
  mkdirSync(join(folder, "page"));
  writeFileSync(join(folder, "page", "index.html"), "<head></head>");
  store = memoryStore();
  server = await serve(join(folder, "page"));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function serve(directory: string): Promise<RunningServer> {
  logged = [];
  const log = (entry: LogEntry): void => void logged.push(entry);
  const inspection = { name: 'a "test" & more', where: "memory" };
  const inspected = new Inspected(inspection, { store, ledger: store.ledger });
  const world = new World(store.ledger);
  const make = () =>
    makeServer({ name: "test", version: "1.0.0" }, () => undefined, { store, world });
  const keeper = new Keeper((onCrash) => new LocalHost({ make, settings: {}, onCrash }), log);
  inspected.control = keeper;
  const beside = inspector({ directory, inspection, inspected, log });
  return await serveHost({ keeper, store, port: 0, log, beside });
}

/** What is answered to a request that names itself so. */
function get(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number | undefined; text: string; cache: string | undefined }>(
    (resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port: server.port, path, headers }, (answer) => {
        let text = "";
        answer.on("data", (bytes) => (text += String(bytes)));
        answer.on("end", () => {
          resolve({ status: answer.statusCode, text, cache: answer.headers["cache-control"] });
        });
      });
      asked.on("error", reject).end();
    },
  );
}

async function secret(): Promise<string> {
  return /data-secret="([^"]+)"/.exec((await get("/")).text)?.[1] ?? "";
}

interface Heard {
  readonly socket: WebSocket;
  readonly messages: unknown[];
  /** The status, the code of its end or the error, and why. */
  readonly ended: Promise<string>;
}

function socketAt(path: string, word?: string, headers: Record<string, string> = {}): Heard {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
  sockets.push(socket);
  const messages: unknown[] = [];
  socket.on("message", (data: Buffer) => messages.push(fromText(data.toString())));
  const ended = new Promise<string>((resolve) => {
    socket.on("error", (error) => resolve(error.message));
    socket.on("close", (code, reason) => resolve(`${code} ${reason.toString()}`));
  });
  if (word !== undefined) socket.on("open", () => socket.send(word));
  return { socket, messages, ended };
}

it("the document has the secret of the run, is kept by no cache, and is nobody's from elsewhere", async () => {
  const { status, text, cache } = await get("/");
  expect([status, cache]).toEqual([200, "no-store"]);
  expect(text).toContain('<meta name="served" content="a &quot;test&quot; &amp; more"');
  expect((await secret()).length).toBeGreaterThan(40);
  const elsewhere = await get("/", { Host: "evil.example" });
  expect([elsewhere.status, elsewhere.text]).toEqual([
    403,
    "The host “evil.example” is not answered here: use localhost, or allow it.\n",
  ]);
  expect((await get("/", { Origin: "https://evil.example" })).status).toBe(403);
  const first = await secret();
  await server.close();
  server = await serve(join(folder, "page"));
  expect(await secret()).not.toBe(first);
});

it("where no page was built it says so, and the rest is there", async () => {
  await server.close();
  server = await serve(join(folder, "nothing"));
  const { status, text } = await get("/");
  expect([status, text]).toEqual([404, expect.stringContaining("npm run build") as string]);
  expect((await get("/health")).status).toBe(200);
});

it("a socket is served whose first word is the secret", async () => {
  const { messages } = socketAt("/inspect", await secret());
  await expect.poll(() => messages.length).toBeGreaterThan(3);
  expect(messages).toContainEqual({ port: "store", data: { type: "hello", name: "memory" } });
});

it("any other is told why not, and hears nothing", async () => {
  const wrong = socketAt("/inspect", "guess");
  expect(await wrong.ended).toBe("1008 This page was sent by another run: reload it.");
  // As long as the right one.
  const sameLength = socketAt("/inspect", "x".repeat((await secret()).length));
  expect(await sameLength.ended).toContain("1008");
  const elsewhere = socketAt("/inspect", await secret(), { Origin: "https://evil.example" });
  expect(await elsewhere.ended).toBe("Unexpected server response: 403");
  const renamed = socketAt("/inspect", await secret(), { Host: "evil.example" });
  expect(await renamed.ended).toBe("Unexpected server response: 403");
  const other = socketAt("/mcp", await secret());
  expect(await other.ended).toBe("Unexpected server response: 403");
  for (const { messages } of [wrong, sameLength, elsewhere, renamed, other]) {
    expect(messages).toEqual([]);
  }
  expect(logged.filter(({ event }) => event === "page refused")).toHaveLength(2);
  expect(JSON.stringify(logged)).not.toContain(await secret());
});

it("a request that offers another protocol is answered without it", async () => {
  const offer = {
    Connection: "Upgrade, HTTP2-Settings",
    Upgrade: "h2c",
    "HTTP2-Settings": "AAMAAABkAAQAAP__",
  };
  expect((await get("/health", offer)).status).toBe(200);
  const hello = await fetch(server.url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json, text/event-stream" },
    body: JSON.stringify(HELLO),
  });
  expect(await hello.text()).toContain("protocolVersion");
  const answer = await new Promise<string>((resolve, reject) => {
    const headers = {
      ...offer,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
    };
    const asked = request(server.url, { method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (bytes) => (text += String(bytes)));
      response.on("end", () => resolve(text));
    });
    asked.on("error", reject).end(JSON.stringify(HELLO));
  });
  expect(answer).toContain("protocolVersion");
});

it("who is refused and leaves at once ends nothing", async () => {
  for (let times = 0; times < 20; times++) {
    const socket = connect(server.port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write(
      "GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    socket.resetAndDestroy();
  }
  expect((await get("/health")).status).toBe(200);
});

it("one that sends what is no message is let go; the others stay", async () => {
  const [good, bad] = [socketAt("/inspect", await secret()), socketAt("/inspect", await secret())];
  await expect.poll(() => bad.messages.length).toBeGreaterThan(3);
  bad.socket.send("{ no text of ours");
  expect(await bad.ended).toBe("1008 What arrived is no message.");
  // Messages that are passed over: for no port, of no method, of no shape.
  for (const data of [{ type: "call", id: 1, method: "shutDown", args: [] }, null, 7]) {
    good.socket.send(toText({ port: "control", data }));
  }
  good.socket.send(toText({ port: "none", data: 1 }));
  good.socket.send(
    toText({ port: "control", data: { type: "call", id: 2, method: "inspection", args: [] } }),
  );
  await expect
    .poll(() => good.messages)
    .toContainEqual({
      port: "control",
      data: { type: "result", id: 2, value: { name: 'a "test" & more', where: "memory" } },
    });
  expect(good.messages).toContainEqual({
    port: "control",
    data: {
      type: "error",
      id: 1,
      error: { name: "TypeError", message: 'There is no method "shutDown" here.' },
    },
  });
});
