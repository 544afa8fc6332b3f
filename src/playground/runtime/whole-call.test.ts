import { describe, expect, it } from "vitest";
import { wholeCall } from "./whole-call.ts";

describe("wholeCall", () => {
  const args = { amount: 5 };
  const laidOut = '{\n  "amount": 5\n}';

  it("keeps its numbers as they are written", () => {
    const text = '{"arguments": {"id": 9007199254740993, "price": 1.10}, "name": "pay"}';
    const kept = '{\n  "id": 9007199254740993,\n  "price": 1.10\n}';
    expect(wholeCall(text)).toEqual({ tool: "pay", args: kept });
    const request = `{"method": "tools/call", "params": ${text}}`;
    expect(wholeCall(request)).toEqual({ tool: "pay", args: kept });
  });

  it.each([
    { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "pay", arguments: args } },
    { method: "tools/call", params: { name: "pay", arguments: args, _meta: { x: 1 } } },
    { name: "pay", arguments: args },
    { name: "pay", arguments: args, _meta: { progressToken: 1 } },
  ])("knows %j for a call", (value) => {
    expect(wholeCall(JSON.stringify(value))).toEqual({ tool: "pay", args: laidOut });
  });

  it("takes a request without arguments for a call without any", () => {
    const request = { method: "tools/call", params: { name: "pay" } };
    expect(wholeCall(JSON.stringify(request))).toEqual({ tool: "pay", args: "{}" });
  });

  it.each([
    args,
    { name: "pay" },
    { name: "pay", arguments: "amount" },
    { name: "pay", arguments: args, other: 1 },
    { method: "tools/list", params: { name: "pay", arguments: args } },
    { method: "tools/call", params: { arguments: args } },
  ])("takes %j for arguments", (value) => {
    expect(wholeCall(JSON.stringify(value))).toBeUndefined();
  });
});
