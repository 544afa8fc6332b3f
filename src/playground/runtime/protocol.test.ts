import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { expect, it } from "vitest";
import { ProtocolLog, type Exchange } from "./protocol.ts";

function open() {
  let exchanges: readonly Exchange[] = [];
  const log = new ProtocolLog((changed) => {
    exchanges = changed;
  });
  return {
    log,
    seen: () =>
      exchanges.map(({ client, method, outcome, answer }) => [client, method, outcome, answer]),
  };
}

const request = (id: number, method: string) => ({ jsonrpc: "2.0", id, method }) as const;
const answer = (id: number, of: string) => ({ jsonrpc: "2.0", id, result: { of } }) as const;
const toServer = (message: JSONRPCMessage) => ({ at: 1, direction: "to-server", message }) as const;
const toClient = (message: JSONRPCMessage) => ({ at: 2, direction: "to-client", message }) as const;

it("two clients that use the same ids at the same time each get their own answers", () => {
  const { log, seen } = open();
  const page = log.beginSession("page");
  const script = log.beginSession("script");
  page.message(toServer(request(0, "tools/call")));
  script.message(toServer(request(0, "tools/list")));
  script.message(toClient(answer(0, "list")));
  expect(seen()).toEqual([
    ["page", "tools/call", "waiting", undefined],
    ["script", "tools/list", "answered", answer(0, "list")],
  ]);
  page.message(toClient(answer(0, "call")));
  expect(seen()[0]).toEqual(["page", "tools/call", "answered", answer(0, "call")]);
});

it("a server's request is paired apart from a client's of the same id", () => {
  const { log, seen } = open();
  const page = log.beginSession("page");
  page.message(toServer(request(1, "tools/call")));
  page.message(toClient(request(1, "elicitation/create")));
  page.message(toServer(answer(1, "asked")));
  expect(seen()).toEqual([
    ["page", "tools/call", "waiting", undefined],
    ["page", "elicitation/create", "answered", answer(1, "asked")],
  ]);
});

it("what was cancelled, what failed, and what no answer will come to", () => {
  const { log, seen } = open();
  const page = log.beginSession("page");
  for (const id of [1, 2, 3, 4, 5]) page.message(toServer(request(id, `m${id}`)));
  const cancel = {
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: 1 },
  } as const;
  page.message(toServer(cancel));
  page.message(toClient({ jsonrpc: "2.0", id: 2, error: { code: -1, message: "no" } }));
  page.message(toClient({ jsonrpc: "2.0", id: 3, result: { isError: true } }));
  page.lost(3, 4);
  page.closed(4);
  // Too late: it is settled.
  page.message(toClient(answer(4, "late")));
  expect(seen().map(([, method, outcome]) => [method, outcome])).toEqual([
    ["m1", "cancelled"],
    ["m2", "error"],
    ["m3", "error"],
    ["m4", "lost"],
    ["m5", "lost"],
    ["notifications/cancelled", "notification"],
  ]);
});
