/**
 * The sockets over which pages inspect a server.
 *
 * 1. Of all pages only one that this process has sent can: it has the secret of the run, which it sends first. Programs of
 *    this machine can read the page, and the secret in it.
 * 2. A page that comes from elsewhere, by its `Host` or its `Origin`, is refused before that.
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { fromText, INSPECT_PORTS, manyPorts, toText, type Inspected } from "../remote/index.ts";
import { refusalOf } from "./local-requests.ts";
import { wordsOf, type Log } from "./log.ts";

const INSPECT_PATH = "/inspect";

/** Of one message, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024;
/** How much may wait for a page to take it, in bytes: one that takes nothing is let go. */
const MOST_WAITING = 2 * MOST_BYTES;
/** At a time. */
const MOST_PAGES = 50;
/** How long a page may take to send the secret, in milliseconds. */
const PATIENCE_MS = 5000;

/** WebSocket's codes of why a socket is closed. */
const NOT_ALLOWED = 1008;
const TRY_LATER = 1013;

/** The headers of an offer. */
const OFFERS = new Set(["upgrade", "connection", "http2-settings"]);

export interface InspectSocketsOptions {
  readonly inspected: Inspected;
  readonly secret: string;
  readonly allowedHosts?: readonly string[] | undefined;
  readonly log: Log;
}

export class InspectSockets {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES });

  constructor(private readonly options: InspectSocketsOptions) {}

  attach(servers: readonly Server[]): void {
    for (const server of servers) {
      server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        // Who leaves in the middle must not end this process.
        socket.on("error", () => socket.destroy());
        if (request.headers.upgrade?.toLowerCase() !== "websocket") {
          answerAsItIs(server, request, socket, head);
          return;
        }
        const why = this.#refusal(request);
        if (why === undefined) {
          this.#sockets.handleUpgrade(request, socket, head, (page) => this.#greet(page));
        } else {
          socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n${why}\n`);
        }
      });
    }
  }

  close(): void {
    for (const page of this.#sockets.clients) page.terminate();
    this.#sockets.close();
  }

  #refusal({ url = "", headers }: IncomingMessage): string | undefined {
    if (url.split("?")[0] !== INSPECT_PATH) return "No socket is opened here.";
    if (this.#sockets.clients.size >= MOST_PAGES) return "There are too many pages: close one.";
    return refusalOf(headers, this.options.allowedHosts);
  }

  /** Takes a page whose first word is the secret. */
  #greet(page: WebSocket): void {
    const { secret, log } = this.options;
    const refuse = (why: string): void => {
      log({ level: "warning", event: "page refused", why });
      page.close(NOT_ALLOWED, why);
    };
    const late = setTimeout(() => refuse("The secret was not sent."), PATIENCE_MS);
    page.on("error", (error) => log({ level: "warning", event: "page lost", why: wordsOf(error) }));
    page.once("close", () => clearTimeout(late));
    page.once("message", (word: RawData, isBinary) => {
      clearTimeout(late);
      if (!isBinary && isSame(textOf(word), secret)) this.#serve(page);
      else refuse("This page was sent by another run: reload it.");
    });
  }

  #serve(page: WebSocket): void {
    const { inspected, log } = this.options;
    const many = manyPorts(INSPECT_PORTS, (message) => {
      if (page.readyState !== page.OPEN) return;
      if (page.bufferedAmount > MOST_WAITING) page.close(TRY_LATER, "It does not read.");
      else page.send(toText(message));
    });
    page.on("message", (data: RawData) => {
      try {
        many.take(fromText(textOf(data)));
      } catch (error) {
        log({ level: "warning", event: "page lost", why: wordsOf(error) });
        page.close(NOT_ALLOWED, "What arrived is no message.");
      }
    });
    const end = inspected.serve(many);
    page.once("close", () => {
      end();
      many.end();
    });
  }
}

/**
 * A client may offer another protocol (`Upgrade: h2c`) with any request. Nobody here speaks it: the request is given
 * back to the server without the offer.
 */
function answerAsItIs(
  server: Server,
  { method = "GET", url = "/", httpVersion, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    if (!OFFERS.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString("utf8");
}

function isSame(word: string, secret: string): boolean {
  const [a, b] = [Buffer.from(word), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
