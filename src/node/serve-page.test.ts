/** The server of the page: what it sends, what it refuses, and what it says where it cannot begin. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingHttpHeaders } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAGE_POLICY } from "./content-policy.ts";
import { servePage, type PageServer } from "./serve-page.ts";

const PAGE = "<!doctype html><title>Durable MCP Playground</title>";
const SCRIPT = `export const words = "${"word ".repeat(2000)}";`;

const parent = mkdtempSync(join(tmpdir(), "serve-page-"));
const build = join(parent, "build");
let server: PageServer;

beforeAll(async () => {
  mkdirSync(join(build, "assets"), { recursive: true });
  mkdirSync(join(build, ".git"));
  mkdirSync(join(parent, "build-secret"));
  writeFileSync(join(build, "index.html"), PAGE);
  writeFileSync(join(build, "icon.svg"), "<svg/>");
  writeFileSync(join(build, "assets", "app-1a2b.js"), SCRIPT);
  symlinkSync("circle.txt", join(build, "circle.txt"));
  writeFileSync(join(build, ".env"), "secret");
  writeFileSync(join(build, ".git", "config"), "secret");
  writeFileSync(join(parent, "outside.txt"), "secret");
  writeFileSync(join(parent, "build-secret", "beside.txt"), "secret");
  server = await servePage(build, 0);
});

afterAll(async () => {
  await server.close();
  rmSync(parent, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends the path as it stands: `fetch` would tidy it up. */
function ask(
  path: string,
  {
    method = "GET",
    headers = {},
    host = "127.0.0.1",
  }: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly host?: string;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port: server.port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          body: Buffer.concat(chunks),
        });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("what is there", () => {
  it.each(["/", "/index.html", "/?harness=run", "/index.html?example=steps&call=1"])(
    "%s is the page, read anew each time",
    async (path) => {
      const { status, headers, body } = await ask(path);
      expect([status, body.toString()]).toEqual([200, PAGE]);
      expect(headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(headers["cache-control"]).toBe("no-cache");
    },
  );

  it("an asset is named by what it holds, and kept for ever", async () => {
    const { status, headers, body } = await ask("/assets/app-1a2b.js");
    expect([status, body.toString()]).toEqual([200, SCRIPT]);
    expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  });

  it("another file may change under its name", async () => {
    const { headers } = await ask("/icon.svg");
    expect(headers["content-type"]).toBe("image/svg+xml");
    expect(headers["cache-control"]).toBe("no-cache");
  });

  it("what has not changed is not sent again", async () => {
    const { headers } = await ask("/");
    const again = await ask("/", { headers: { "If-None-Match": String(headers.etag) } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it("HEAD tells what GET would, without the file", async () => {
    const { status, headers, body } = await ask("/", { method: "HEAD" });
    expect([status, headers["content-length"], body.length]).toEqual([200, `${PAGE.length}`, 0]);
  });

  it.each([
    ["gzip", "gzip", gunzipSync],
    ["br", "gzip, deflate, br", brotliDecompressSync],
  ] as const)("a long text is sent as %s to who takes it", async (encoding, accepted, decode) => {
    const answer = await ask("/assets/app-1a2b.js", { headers: { "Accept-Encoding": accepted } });
    expect(answer.headers["content-encoding"]).toBe(encoding);
    expect(answer.headers.vary).toBe("Accept-Encoding");
    expect(answer.body.length).toBeLessThan(SCRIPT.length / 10);
    expect(decode(answer.body).toString()).toBe(SCRIPT);
  });

  it("a part is not sent for the whole", async () => {
    const { status, body } = await ask("/assets/app-1a2b.js", {
      headers: { Range: "bytes=0-9", "Accept-Encoding": "gzip" },
    });
    expect([status, gunzipSync(body).toString()]).toEqual([200, SCRIPT]);
  });
});

describe("what is not there", () => {
  it.each([
    "/nothing",
    "/steps/",
    "/index.htm",
    "/index.html/",
    "/assets",
    "/assets/",
    "/assets/app-0000.js",
    "/mcp",
    "/.env",
    "/.git/config",
    "/assets/../.env",
    "/%2eenv",
    "/../outside.txt",
    "/assets/../../outside.txt",
    "/..%2foutside.txt",
    "/%2e%2e/outside.txt",
    "/%2e%2e%2foutside.txt",
    "/assets/..%2f..%2foutside.txt",
    "/..%5coutside.txt",
    "/..\\outside.txt",
    "/../build-secret/beside.txt",
    "/%252e%252e/outside.txt",
    "//../outside.txt",
    "/index.html%00.js",
    "/%E0%A4%A",
    "/%",
    `/${"a".repeat(300)}`,
  ])("%s is a plain 404", async (path) => {
    const { status, headers, body } = await ask(path);
    expect([status, body.toString()]).toEqual([404, "There is nothing here.\n"]);
    expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(headers["cache-control"]).toBe("no-cache");
  });
});

it("what is there and cannot be read is a plain 500", async () => {
  const { status, headers, body } = await ask("/circle.txt");
  expect([status, body.toString()]).toEqual([500, "This could not be read.\n"]);
  expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
});

it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("%s is not allowed", async (method) => {
  const { status, headers } = await ask("/", { method });
  expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
});

it.each([
  ["a page", "/", "GET"],
  ["an asset", "/assets/app-1a2b.js", "GET"],
  ["a head", "/", "HEAD"],
  ["a 404", "/nothing", "GET"],
  ["a refused path", "/../outside.txt", "GET"],
  ["a 405", "/", "POST"],
  ["a 500", "/circle.txt", "GET"],
])("%s carries the security headers", async (_, path, method) => {
  const { headers } = await ask(path, { method });
  expect(headers).toMatchObject({
    "content-security-policy": `${PAGE_POLICY}; frame-ancestors 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  expect(headers).not.toHaveProperty("x-powered-by");
});

it("answers on both loopback addresses, where the machine has both", async () => {
  expect((await ask("/", { host: "127.0.0.1" })).status).toBe(200);
  const answers = await ask("/", { host: "::1" }).catch((error: unknown) => String(error));
  if (typeof answers === "string") expect(answers).toMatch(/EADDRNOTAVAIL|EAFNOSUPPORT/);
  else expect(answers.status).toBe(200);
});

it("is not reached from outside of this machine", async () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal);
  for (const { address } of outside) {
    await expect(ask("/", { host: address })).rejects.toThrow("ECONNREFUSED");
  }
});

it("ends although a client never finishes what it asks", async () => {
  const ending = await servePage(build, 0);
  const client = connect(ending.port, "127.0.0.1");
  await new Promise((resolve) => client.write("GET / HTTP/1.1\r\nHost: localhost\r\n", resolve));
  const cut = new Promise((resolve) => client.on("close", resolve));
  await ending.close();
  await cut;
  await expect(fetch(ending.url)).rejects.toThrow("fetch failed");
});

describe("where it cannot begin", () => {
  it("a port that a playground has is told as that, with what to do", async () => {
    const { port } = server;
    await expect(servePage(build, port)).rejects.toThrow(
      `Port ${port} is taken by another playground: stop that one, or take another port with --port ${port + 1}.`,
    );
    // What it had begun to listen on is let go, and the other one is as it was.
    expect((await ask("/")).status).toBe(200);
  });

  it("a port that is taken on one address only is taken, and nothing is left listening", async () => {
    const other = createServer((_, answer) => answer.end("Hello."));
    const listen = (host: string): Promise<void> =>
      new Promise((resolve, reject) => {
        other.once("error", reject);
        other.listen(0, host, resolve);
      });
    const host = await listen("::1").then(
      () => "::1",
      () => listen("127.0.0.1").then(() => "127.0.0.1"),
    );
    const { port } = other.address() as AddressInfo;
    await expect(servePage(build, port)).rejects.toThrow(
      `Port ${port} is taken by another program`,
    );
    await new Promise((resolve) => other.close(resolve));
    const next = await servePage(build, port);
    await next.close();
    expect([next.port, host]).toEqual([port, host]);
  });

  it("without a build it says how to make one", async () => {
    await expect(servePage(join(parent, "dist"), 0)).rejects.toThrow(
      /^There is no page in .*dist: build it first, with “npm run build”\.$/,
    );
  });
});
