/** The tools in a test's own page: on a playground of the test's, with a server that lists what the test wants. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  type CallToolRequest,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { createElement, type ReactElement } from "react";
import { createRoot } from "react-dom/client";
import type { ServerHost } from "../../../host/index.ts";
import { unchecked } from "../../../mcp/index.ts";
import { PlaygroundContext } from "../../hooks/use-playground.ts";
import type { Playground } from "../../runtime/playground.ts";
import { ToolsPanel } from "./tools-panel.tsx";

/** Shows the tools. @returns what takes them away */
export function showTools(playground: Playground): () => void {
  return showPart(playground, createElement(ToolsPanel));
}

/** Shows a part of the page. @returns what takes it away */
export function showPart(playground: Playground, part: ReactElement): () => void {
  const host = document.createElement("div");
  document.body.append(host);
  const root = createRoot(host);
  const inPlayground = createElement(PlaygroundContext, { value: playground }, part);
  const withQueries = createElement(
    QueryClientProvider,
    { client: new QueryClient() },
    inPlayground,
  );
  root.render(createElement(NuqsTestingAdapter, { hasMemory: true, children: withQueries }));
  return () => {
    root.unmount();
    host.remove();
  };
}

/**
 * Connects the page's client to a server that lists these tools and answers every call, in place of
 * the playground's own. @returns the calls that reach it
 */
export async function connectTo(
  playground: Playground,
  tools: readonly Tool[],
): Promise<CallToolRequest["params"][]> {
  const calls: CallToolRequest["params"][] = [];
  const { server } = new McpServer(
    { name: "listed", version: "1" },
    {
      capabilities: { tools: {} },
      jsonSchemaValidator: unchecked,
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...tools] }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    calls.push(params);
    return { content: [] };
  });
  const [clientEnd, serverEnd] = InMemoryTransport.createLinkedPair();
  await server.connect(serverEnd);
  const connect: ServerHost["connect"] = async (options = {}) => {
    const { prepare, ...given } = options;
    const client = new Client({ name: "page", version: "1" }, given);
    prepare?.(client);
    await client.connect(clientEnd);
    return { client, sessionId: "", protocolVersion: "" };
  };
  await playground.client.connect({ connect } as ServerHost);
  return calls;
}

/**
 * Chooses each of these tools in the panel that is shown, and calls it when whoever iterates has seen its form.
 *
 * @param calls what reaches the server
 */
export async function* chooseEach<Listed extends Pick<Tool, "name">>(
  chosen: readonly Listed[],
  calls: readonly unknown[],
): AsyncGenerator<Listed> {
  for (const [index, tool] of chosen.entries()) {
    const select = await shown<HTMLSelectElement>("select", ({ labels }) =>
      [...labels].some(({ textContent }) => textContent.startsWith("Tool")),
    );
    select.value = tool.name;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    const button = await shown<HTMLButtonElement>(
      "button[type=submit]",
      ({ textContent, disabled }) => textContent === `Call ${tool.name}` && !disabled,
    );
    await shown(".schema-form", () => true);
    yield tool;
    button.click();
    await until(() => calls.length > index);
  }
}

/** The element that fits, once there is one. */
async function shown<Kind extends Element>(
  selector: string,
  fits: (element: Kind) => boolean,
): Promise<Kind> {
  return await until(() => [...document.querySelectorAll<Kind>(selector)].find(fits));
}

/** Looks again after each task, and leaves the time limit to the test. */
async function until<Found>(look: () => Found | undefined | false): Promise<Found> {
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
