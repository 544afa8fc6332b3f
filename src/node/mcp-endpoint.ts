/**
 * Streamable HTTP, by the SDK: a session for each client that says hello, until it says goodbye, is idle for
 * long, or the server that it was on dies.
 *
 * 1. A client that leaves cancels nothing; it may come back to its session.
 * 2. A server that dies ends its sessions: a client begins another, as the protocol has it, on the next server.
 */
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Request, Response } from "express";
import { refusalOf } from "./local-requests.ts";
import { type Log, wordsOf } from "./log.ts";
import { WatchedCalls } from "./watched-calls.ts";

/** What clients may take of a server. */
export interface EndpointLimits {
  /** How many bytes a request may have; 4 MiB unless given. */
  readonly bodyBytes?: number;
  /** How many sessions there may be at a time; 1,000 unless given. */
  readonly sessions?: number;
  /** How long a session lasts that nobody uses, in milliseconds; half an hour unless given. */
  readonly idleMs?: number;
}

export interface EndpointOptions extends EndpointLimits {
  /** Serves one more client. Rejects where no server runs. */
  readonly attach: (transport: Transport) => Promise<unknown>;
  /** Names of hosts that are answered beside the loopback's own. */
  readonly allowedHosts?: readonly string[] | undefined;
  readonly log: Log;
}

interface HttpSession {
  readonly transport: StreamableHTTPServerTransport;
  /** Requests that are answered now: a stream is one. */
  open: number;
  /** By the monotonic clock. */
  usedAt: number;
}

/** How often idle sessions are looked for, of the time that they may be idle. */
const LOOKS = 4;
/** JSON-RPC's codes of what goes wrong before a session has the request. */
const REFUSED = -32_000;
const NO_SESSION = -32_001;

export class McpEndpoint {
  readonly #sessions = new Map<string, HttpSession>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #bodyBytes: number;
  readonly #most: number;

  constructor(private readonly options: EndpointOptions) {
    const { bodyBytes = 4 * 1024 * 1024, sessions = 1000, idleMs = 30 * 60_000 } = options;
    this.#bodyBytes = bodyBytes;
    this.#most = sessions;
    this.#timer = setInterval(() => this.#closeIdle(idleMs), idleMs / LOOKS);
    this.#timer.unref();
  }

  /** Answers a request; its body has not been read. */
  readonly handle = async (request: Request, response: Response): Promise<void> => {
    const why = refusalOf(request.headers, this.options.allowedHosts);
    if (why !== undefined) {
      refuse(response, 403, REFUSED, why);
      return;
    }
    const id = request.headers["mcp-session-id"];
    if (id === undefined && request.method === "POST") await this.#begin(request, response);
    else if (id === undefined) {
      refuse(response, 400, REFUSED, "Begin a session first: POST an initialize request here.");
    } else {
      const session = this.#sessions.get(String(id));
      if (session) await this.#pass(session, request, response);
      else refuse(response, 404, NO_SESSION, "This session is over: begin another.");
    }
  };

  /** Ends every session. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()));
  }

  async #begin(request: Request, response: Response): Promise<void> {
    const { attach, log } = this.options;
    if (this.#sessions.size >= this.#most) {
      log({ level: "warning", event: "session refused", sessions: this.#sessions.size });
      response.set("Retry-After", "10");
      refuse(response, 503, REFUSED, "There are too many sessions: end one, or come back later.");
      return;
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      maxRequestBodySize: this.#bodyBytes,
      onsessioninitialized: (id) => {
        this.#sessions.set(id, session);
        log({ level: "info", event: "session opened", session: id });
      },
    });
    const session: HttpSession = { transport, open: 0, usedAt: performance.now() };
    try {
      await attach(transport);
    } catch (error) {
      response.set("Retry-After", "1");
      refuse(response, 503, REFUSED, `No server runs at the moment: ${wordsOf(error)}`);
      return;
    }
    const calls = new WatchedCalls(transport, log);
    const close = transport.close.bind(transport);
    // A client that is left without an answer waits for it until its own time is up.
    transport.close = () => calls.abandon().finally(close);
    const { onclose } = transport;
    transport.onclose = () => {
      onclose?.();
      const { sessionId } = transport;
      if (sessionId !== undefined && this.#sessions.delete(sessionId)) {
        log({ level: "info", event: "session closed", session: sessionId });
      }
    };
    await this.#pass(session, request, response);
    // What came was no hello, and was refused.
    if (transport.sessionId === undefined) await transport.close();
  }

  async #pass(session: HttpSession, request: Request, response: Response): Promise<void> {
    session.open++;
    session.usedAt = performance.now();
    response.once("close", () => {
      session.open--;
      session.usedAt = performance.now();
    });
    await session.transport.handleRequest(request, response);
  }

  #closeIdle(idleMs: number): void {
    for (const { transport, open, usedAt } of this.#sessions.values()) {
      if (open > 0 || performance.now() - usedAt < idleMs) continue;
      transport
        .close()
        .catch((error: unknown) =>
          this.options.log({ level: "error", event: "session", error: wordsOf(error) }),
        );
    }
  }
}

function refuse(response: Response, status: number, code: number, message: string): void {
  response.status(status).json({ jsonrpc: "2.0", error: { code, message }, id: null });
}
