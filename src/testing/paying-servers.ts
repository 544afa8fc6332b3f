/** Several processes with a server each, on one database, and the bank that they charge. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { call } from "../lab/index.ts";

const SCRIPT = fileURLToPath(new URL("paying-server.ts", import.meta.url));

const Charge = z.object({
  operation: z.enum(["rate", "charge"]),
  invocation: z.string(),
  execution: z.number(),
  pid: z.number(),
});
export type BankRequest = z.infer<typeof Charge>;

/** What really happened: the bank knows nothing of invocations, and does what it is asked. */
export interface Bank {
  readonly url: string;
  readonly done: readonly BankRequest[];
  /** Called when something was done, before it is answered. */
  onDone: (request: BankRequest) => Promise<void> | void;
  close(): void;
}

export async function openBank(): Promise<Bank> {
  const done: BankRequest[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let text = "";
      for await (const part of request) text += String(part);
      const asked = Charge.parse(JSON.parse(text));
      done.push(asked);
      const receipt = done.length;
      await bank.onDone(asked);
      response.end(String(receipt));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bank: Bank = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    done,
    onDone: () => undefined,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return bank;
}

const Line = z.looseObject({ event: z.string(), url: z.string().optional() });

export class PayingServer {
  url = "";
  /** The events of its log. */
  readonly events: string[] = [];
  readonly #waiting = new Set<() => void>();
  #client: Promise<Client> | undefined;
  isAlive = true;

  private constructor(readonly child: ChildProcess) {
    if (child.stdout) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const { event, url } = Line.parse(JSON.parse(line));
        this.url = url ?? this.url;
        this.events.push(event);
        for (const look of this.#waiting) look();
      });
    }
    child.once("exit", () => {
      this.isAlive = false;
      // Who waits for an answer of it is told at once.
      this.dropClient();
    });
  }

  static async start(options: Record<string, string | number>): Promise<PayingServer> {
    const args = ["--import", "tsx", SCRIPT, JSON.stringify(options)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const server = new PayingServer(child);
    await server.until("ready");
    return server;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** How often the event was logged. */
  count(event: string): number {
    return this.events.filter((each) => each === event).length;
  }

  /** Resolves when the event was logged so many times; rejects when the process ends before. */
  async until(event: string, times = 1): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const ended = (): void => {
        this.#waiting.delete(look);
        reject(new Error(`It ended before “${event}”.`));
      };
      const look = (): void => {
        if (this.count(event) < times) return;
        this.#waiting.delete(look);
        this.child.off("exit", ended);
        resolve();
      };
      this.#waiting.add(look);
      this.child.once("exit", ended);
      look();
    });
  }

  /** Calls `pay` in a session that it keeps until something goes wrong. */
  async pay(invocation: string): Promise<CallToolResult> {
    this.#client ??= this.#connect();
    try {
      return await call(await this.#client, "pay", {}, invocation);
    } catch (error) {
      this.dropClient();
      throw error;
    }
  }

  dropClient(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.then((client) => client.close()).catch(() => undefined);
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.child, "exit");
    process.kill(this.pid, "SIGKILL");
    await ended;
  }

  async #connect(): Promise<Client> {
    const client = new Client({ name: "test", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(new URL(this.url)));
    return client;
  }
}
