/**
 * How an example's client script reaches its server, and prints what it does. A call whose answer
 * is lost, because the server died or the answer did, is called again as the same invocation.
 */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { LONGEST_DELAY_MS, uuidv7 } from "../durable/index.ts";
import { INVOCATION_ID, isLost } from "../mcp/index.ts";

/** One line of a client script's transcript. */
export interface TranscriptLine {
  readonly kind: "heading" | "tool" | "call" | "progress" | "answer" | "note";
  readonly text: string;
}

export interface ScriptOptions {
  /** Resolves with a client of the running server, when there is one. */
  readonly connect: () => Promise<Client>;
  readonly print: (line: TranscriptLine) => void;
  /** Whether an error leaves it open what became of a call, which is made again then. */
  readonly isLost?: (error: unknown) => boolean;
  /** Stops the script: what it waits for is cancelled. */
  readonly signal?: AbortSignal;
}

/** What a call was answered. */
export interface Answer extends CallToolResult {
  /** Its id, by which it is retried. */
  readonly invocation: string;
}

/** How much of a call's arguments is printed. */
const SHOWN = 400;

function inShort(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`;
}

/** Of one call: a server may lose every answer. */
const MAX_TRIES = 10;

export class ClientScript {
  constructor(private readonly options: ScriptOptions) {}

  /** Aborted when the script is stopped. */
  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  heading(text: string): void {
    this.options.print({ kind: "heading", text });
  }

  note(text: string): void {
    this.options.print({ kind: "note", text });
  }

  /** Prints every tool with its description. */
  async listTools(): Promise<void> {
    const { print } = this.options;
    this.heading("Tools");
    const { tools } = await this.#untilAnswered((client) => client.listTools());
    for (const { name, description = "" } of tools) {
      print({ kind: "tool", text: `${name}: ${description}` });
    }
  }

  /** Calls a tool, as a new invocation or as a retry of `invocation`, and prints both sides. */
  async call(name: string, args: Record<string, unknown>, invocation?: string): Promise<Answer> {
    const { print, signal } = this.options;
    const how = invocation === undefined ? "" : " (retry)";
    print({ kind: "call", text: `${name}(${inShort(JSON.stringify(args))})${how}` });
    const id = invocation ?? uuidv7();
    const params = { name, arguments: args, _meta: { [INVOCATION_ID]: id } };
    const result = await this.#untilAnswered((client) =>
      client.request({ method: "tools/call", params }, CallToolResultSchema, {
        // A person may take any time.
        timeout: LONGEST_DELAY_MS,
        // One of its own for each call: the SDK leaves its listener on it.
        ...(signal ? { signal: AbortSignal.any([signal]) } : {}),
        onprogress: ({ progress, total, message = "" }) =>
          print({ kind: "progress", text: `${progress} of ${total ?? "?"} ${message}` }),
      }),
    );
    const text = JSON.stringify(result.structuredContent ?? result.content);
    print({ kind: "answer", text: result.isError ? `error: ${text}` : text });
    return { ...result, invocation: id };
  }

  async #untilAnswered<T>(ask: (client: Client) => Promise<T>): Promise<T> {
    const { connect, signal, isLost: isLostHere = isLost } = this.options;
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      const client = await connect();
      try {
        return await ask(client);
      } catch (error) {
        if (!isLostHere(error) || signal?.aborted || tries === MAX_TRIES) throw error;
        const why = error instanceof Error ? error.message : String(error);
        this.note(`The answer is lost (${why}). The same call is made again.`);
      }
    }
  }
}
