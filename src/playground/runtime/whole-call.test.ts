import { describe, expect, it } from "vitest";
import { wholeCall } from "./whole-call.ts";

describe("wholeCall", () => {
  const args = { amount: 5 };

  it.each([
    { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "pay", arguments: args } },
    { method: "tools/call", params: { name: "pay", arguments: args, _meta: { x: 1 } } },
    { name: "pay", arguments: args },
    { name: "pay", arguments: args, _meta: { progressToken: 1 } },
  ])("knows %j for a call", (value) => {
    expect(wholeCall(value)).toEqual({ tool: "pay", args });
  });

  it("takes a request without arguments for a call without any", () => {
    const request = { method: "tools/call", params: { name: "pay" } };
    expect(wholeCall(request)).toEqual({ tool: "pay", args: {} });
  });

  it.each([
    args,
    { name: "pay" },
    { name: "pay", arguments: "amount" },
    { name: "pay", arguments: args, other: 1 },
    { method: "tools/list", params: { name: "pay", arguments: args } },
    { method: "tools/call", params: { arguments: args } },
  ])("takes %j for arguments", (value) => {
    expect(wholeCall(value)).toBeUndefined();
  });
});
