/** Servers of a person's own on a lab's store, in workers apart from the page, ended after each test. */
import { afterEach, beforeEach, expect } from "vitest";
import { SandboxHost, type SandboxHostOptions } from "../sandbox/index.ts";
import type { LedgerRow } from "../store/index.ts";
import { openLab, type Lab } from "./lab.ts";

export interface OwnHosts {
  /** Of the test that runs. */
  readonly lab: Lab;
  /** The servers that crashed, by id. */
  readonly crashes: readonly string[];
  /** What was reported, by message. */
  readonly errors: readonly string[];
  /** Makes a server of the code; it is not started. */
  readonly host: (code: string, options?: Partial<SandboxHostOptions>) => SandboxHost;
  /** What really happened. */
  readonly rows: () => Promise<LedgerRow[]>;
}

/** How many frames there are. */
export const frames = (): number => document.querySelectorAll("iframe[title=Sandbox]").length;

/** For the tests of a file; after each of them no frame is left. */
export function ownHosts(): OwnHosts {
  let lab: Lab;
  let hosts: SandboxHost[];
  let crashes: string[];
  let errors: string[];
  beforeEach(async () => {
    lab = await openLab();
    hosts = [];
    crashes = [];
    errors = [];
  });
  afterEach(async () => {
    for (const host of hosts) host.crash();
    await lab.close();
    expect(frames()).toBe(0);
  });
  return {
    get lab() {
      return lab;
    },
    get crashes() {
      return crashes;
    },
    get errors() {
      return errors;
    },
    host: (code, options = {}) => {
      const made = new SandboxHost({
        name: "own",
        code: () => code,
        store: lab.store,
        world: lab.world,
        settings: { delays: "skip" },
        onCrash: (id) => crashes.push(id),
        onError: ({ message }) => errors.push(message),
        url: "/sandbox.html",
        ...options,
      });
      hosts.push(made);
      return made;
    },
    rows: () => lab.world.ledger.rows({ limit: 99 }),
  };
}

/** A tool that pays once. */
export const PAYS = `
const { atMostOnce, effect, SortedMap, toBytes, structured, NetworkError } = require("durable-mcp-playground");
const { z } = require("zod");
const payments = SortedMap.ref("payments");
exports.default = (server, world) => {
  world.simulate("bank.pay", { answers: ["paid"] });
  server.registerTool("pay", { inputSchema: { amount: z.number() } }, async ({ amount }, context) => {
    const paid = await atMostOnce("payment", context, (inner) => effect(inner, "bank.pay", { amount }, () => "never"),
      { schema: z.string(), retryableErrors: [NetworkError] });
    await payments.insert(context, { entries: { one: toBytes({ amount, paid }) } });
    return { content: [{ type: "text", text: paid }] };
  });
};`;

/** It takes every port that it finds, by patching what sends. */
export const PORTS_OF = `const ports = new Set();
  const send = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (...args) { ports.add(this); return send.apply(this, args); };`;

/** A server whose one tool, `act`, has this body. */
export function tool(body: string, before = ""): string {
  return `${before}
    exports.default = (server) => {
      server.registerTool("act", {}, async (_, context) => {
        const said = await (async () => { ${body} })();
        return { content: [{ type: "text", text: String(said) }] };
      });
    };`;
}
