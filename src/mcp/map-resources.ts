/**
 * Sorted maps as MCP resources: `sortedmap://<name>{?start,end,limit}`, listed, readable, completed
 * by name, and subscribed to: a client is notified when the range that its URI names has changed.
 */
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  CompleteRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { DurableStore } from "../store/index.ts";

/** The URI template of the resources that maps are (RFC 6570). */
export const MAP_TEMPLATE = "sortedmap://{name}{?start,end,limit}";

export const DEFAULT_LIMIT = 100;
/** What MCP lets a completion hold. */
const MOST_COMPLETIONS = 100;

const SCHEME = "sortedmap://";

/** The URI of a whole map. */
export function mapUri(name: string): string {
  return SCHEME + encodeURIComponent(name);
}

/** The map that a URI names, which was found to be right before. */
function mapOf(uri: string): string {
  return decodeURIComponent(uri.slice(SCHEME.length).split("?")[0] ?? "");
}

const ranges = () => import("./map-ranges.ts");

/** Serves the store's maps to one session; resolves the function that ends its subscriptions. */
export function serveMaps(
  { server }: McpServer,
  store: DurableStore,
  onError: (error: unknown) => void,
) {
  /** Each subscribed URI with the writes that its range showed last. */
  const seen = new Map<string, string>();

  server.registerCapabilities({ resources: { subscribe: true }, completions: {} });
  server.setRequestHandler(ListResourcesRequestSchema, async () => ({
    resources: (await store.readMapNames()).map((name) => ({
      uri: mapUri(name),
      name,
      description: `The first ${DEFAULT_LIMIT} entries of the sorted map "${name}".`,
      mimeType: "application/json",
    })),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [
      {
        uriTemplate: MAP_TEMPLATE,
        name: "A range of a sorted map",
        description:
          "The entries from start (inclusive) to end (exclusive), in the order of their keys' UTF-8 bytes.",
        mimeType: "application/json",
      },
    ],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
    const { readText } = await ranges();
    const text = await readText(store, uri);
    return { contents: [{ uri, mimeType: "application/json", text }] };
  });
  server.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
    seen.set(uri, await look(uri));
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    seen.delete(uri);
    return {};
  });
  server.setRequestHandler(CompleteRequestSchema, async ({ params: { ref, argument } }) => {
    const isOurs = ref.type === "ref/resource" && argument.name === "name";
    const names = isOurs ? await store.readMapNames() : [];
    const values = names.filter((name) => name.startsWith(argument.value));
    return {
      completion: {
        values: values.slice(0, MOST_COMPLETIONS),
        total: values.length,
        hasMore: values.length > MOST_COMPLETIONS,
      },
    };
  });

  const look = async (uri: string): Promise<string> => {
    const { parseMapUri, readRange, signature } = await ranges();
    return signature(await readRange(store, parseMapUri(uri)));
  };
  const report = async (uri: string): Promise<void> => {
    const now = await look(uri);
    if (!seen.has(uri) || seen.get(uri) === now) return;
    seen.set(uri, now);
    await server.sendResourceUpdated({ uri });
  };
  return store.subscribe(({ tables, map }) => {
    if (!tables.includes("maps")) return;
    for (const uri of seen.keys()) {
      // A wipe names no map: it is a change of every one.
      const isMeant = map === undefined || mapOf(uri) === map;
      if (isMeant) report(uri).catch(onError);
    }
  });
}
