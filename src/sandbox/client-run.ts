/**
 * A client script of a person's own, in a worker apart from the page. It calls tools and prints by
 * messages: the client itself is the page's.
 */
import type { ClientScript } from "../examples/index.ts";
import { Caller, methodOf, methodsOf, respond } from "../store/remote/index.ts";
import { openFrame, workerCode } from "./frame.ts";
import {
  CLIENT_CALLS,
  SCRIPT_CALLS,
  type ClientCalls,
  type ClientInit,
  type ScriptCalls,
} from "./messages.ts";
import { Meter } from "./metered-port.ts";

export interface ClientRunOptions {
  /** The script: CommonJS. */
  readonly code: string;
  /** By which of these names it is exported; the first that there is. */
  readonly exports: readonly string[];
  /** What it calls tools and prints by. Where that is stopped, the worker ends, whatever it is doing. */
  readonly script: ClientScript;
  /** Where the sandbox's document is. */
  readonly url: string;
}

/** Of a tool, in characters. */
const LONGEST_NAME = 1000;

/**
 * Runs the script to its end.
 *
 * @throws Error what ended it early, or why it was stopped
 */
export async function runClientScript(options: ClientRunOptions): Promise<void> {
  const { code, exports, script, url } = options;
  const { signal } = script;
  const early = Promise.withResolvers<never>();
  early.promise.catch(() => undefined);
  const stop = (): void => early.reject(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  const meter = new Meter("The script", (why) => early.reject(new Error(why)));
  const [client, page] = [new MessageChannel(), new MessageChannel()];
  const caller = new Caller({ port: meter.port(client.port1), methods: CLIENT_CALLS });
  const calls = scriptCalls(script);
  const endCalls = respond({
    port: meter.port(page.port1),
    name: "script",
    methods: SCRIPT_CALLS,
    limit: meter.limit,
    find: (name) => methodOf(calls, name),
  });
  try {
    const frame = await openFrame(url, signal);
    try {
      frame.run({
        code: await workerCode(code),
        init: { exports } satisfies ClientInit,
        ports: [client.port2, page.port2],
        onError: (message) => early.reject(new Error(message)),
      });
      const worker = methodsOf(caller, CLIENT_CALLS) as unknown as ClientCalls;
      await Promise.race([worker.run(), early.promise]);
    } finally {
      frame.close();
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    caller.close();
    endCalls();
  }
}

/** What arrives may be anything. */
function scriptCalls(script: ClientScript): ScriptCalls {
  return {
    heading: async (text: unknown) => {
      await Promise.resolve();
      script.heading(lineOf(text));
    },
    note: async (text: unknown) => {
      await Promise.resolve();
      script.note(lineOf(text));
    },
    listTools: () => script.listTools(),
    call: async (name: unknown, args: unknown, invocation: unknown) => {
      if (typeof name !== "string" || name.length > LONGEST_NAME) {
        throw new TypeError(`A tool is called by its name, of up to ${LONGEST_NAME} characters.`);
      }
      if (typeof args !== "object" || args === null || Array.isArray(args)) {
        throw new TypeError(`The arguments of ${name} are an object.`);
      }
      if (invocation !== undefined && typeof invocation !== "string") {
        throw new TypeError("An invocation is named by its id, a text.");
      }
      return await script.call(name, args as Record<string, unknown>, invocation);
    },
  };
}

function lineOf(text: unknown): string {
  if (typeof text !== "string") throw new TypeError("A line is a text.");
  return text;
}
