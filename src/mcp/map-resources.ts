/**
 * Sorted maps as MCP resources: `sortedmap://<name>{?start,end,limit}`, listed, readable, completed
 * by name, and subscribed to: a client is told when the range that its URI names has changed.
 */
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  CompleteRequestSchema,
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { entryToJson, rangeBounds, type RangeRequest } from "../durable/index.ts";
import type { DurableStore, MapEntry } from "../store/index.ts";
import { RequestError } from "./request-error.ts";

export const MAP_TEMPLATE = "sortedmap://{name}{?start,end,limit}";

const DEFAULT_LIMIT = 100;
/** What MCP lets a completion hold. */
const MOST_COMPLETIONS = 100;

/** The URI of a whole map. */
export function mapUri(name: string): string {
  return `sortedmap://${encodeURIComponent(name)}`;
}

interface MapRange {
  readonly map: string;
  readonly request: RangeRequest;
}

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
    const range = parseMapUri(uri);
    const entries = (await readRange(store, range)).map(({ key, value }) =>
      entryToJson(key, value),
    );
    const text = JSON.stringify({ map: range.map, entries });
    return { contents: [{ uri, mimeType: "application/json", text }] };
  });
  server.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
    seen.set(uri, signature(await readRange(store, parseMapUri(uri))));
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

  const tell = async (uri: string): Promise<void> => {
    const now = signature(await readRange(store, parseMapUri(uri)));
    if (!seen.has(uri) || seen.get(uri) === now) return;
    seen.set(uri, now);
    await server.sendResourceUpdated({ uri });
  };
  return store.subscribe(({ tables, map }) => {
    if (!tables.includes("maps")) return;
    for (const uri of seen.keys()) {
      // A wipe names no map: it is a change of every one.
      if (map === undefined || parseMapUri(uri).map === map) tell(uri).catch(onError);
    }
  });
}

/** @throws RequestError InvalidParams for a URI that names no range of a map */
function parseMapUri(uri: string): MapRange {
  const match = /^sortedmap:\/\/([^?/#]+)(?:\?([^#]*))?$/.exec(uri);
  const [, name, query] = match ?? [];
  if (name === undefined) {
    throw new RequestError(ErrorCode.InvalidParams, `"${uri}" is not of the form ${MAP_TEMPLATE}.`);
  }
  const params = new URLSearchParams(query ?? "");
  const bound = (side: "start" | "end"): string | undefined => params.get(side) ?? undefined;
  const limit = params.get("limit");
  const request: RangeRequest = {
    startKey: bound("start"),
    endKey: bound("end"),
    limit: limit === null ? DEFAULT_LIMIT : Number(limit),
  };
  try {
    rangeBounds("ascending", request);
    return { map: decodeURIComponent(name), request };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RequestError(ErrorCode.InvalidParams, `"${uri}" cannot be read: ${why}`);
  }
}

async function readRange(store: DurableStore, { map, request }: MapRange): Promise<MapEntry[]> {
  const bounds = rangeBounds("ascending", request) ?? {};
  return await store.readRange({ map, direction: "ascending", limit: request.limit, ...bounds });
}

/** Equal for equal ranges: every write of a key has an id of its own. */
function signature(entries: readonly MapEntry[]): string {
  return JSON.stringify(entries.map(({ key, write }) => [key, write]));
}
