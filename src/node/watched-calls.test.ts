/** Who waits for an answer of a server that dies, and what they are told. */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { expect, it } from "vitest";
import type { LogEntry } from "./log.ts";
import { WatchedCalls } from "./watched-calls.ts";

function watched() {
  const sent: JSONRPCMessage[] = [];
  const log: LogEntry[] = [];
  const transport: Transport = {
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    send: (message) => Promise.resolve(void sent.push(message)),
  };
  const calls = new WatchedCalls(transport, (entry) => log.push(entry));
  const receive = (message: object): void =>
    transport.onmessage?.({ jsonrpc: "2.0", ...message } as JSONRPCMessage);
  return { sent, log, transport, calls, receive };
}

const call = (id: number) => ({ id, method: "tools/call", params: { name: "pay" } });

it("those whose answers are still to come are told, each once", async () => {
  const { sent, calls, receive, transport, log } = watched();
  receive(call(1));
  receive({ id: 2, method: "tools/list" });
  receive(call(3));
  await transport.send({ jsonrpc: "2.0", id: 3, result: { content: [], isError: true } });
  await calls.abandon();
  await calls.abandon();
  expect(sent.slice(1)).toMatchObject([
    {
      id: 1,
      error: {
        message: expect.stringMatching(/^The server died while it was at pay\./) as unknown,
      },
    },
    { id: 2, error: { message: expect.stringMatching(/^The server died meanwhile\./) as unknown } },
  ]);
  expect(log).toMatchObject([
    { event: "call", tool: "pay", outcome: "failed" },
    { event: "call", tool: "pay", outcome: "error" },
  ]);
});

it("and not who has cancelled", async () => {
  const { sent, calls, receive } = watched();
  receive(call(1));
  receive({ method: "notifications/cancelled", params: { requestId: 1 } });
  await calls.abandon();
  expect(sent).toEqual([]);
});
