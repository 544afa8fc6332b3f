/** What a map's URI names, and what stands there. Loaded when a client first asks for a map. */
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { entryToJson, rangeBounds, type RangeRequest } from "../durable/index.ts";
import type { DurableStore, MapEntry } from "../store/index.ts";
import { DEFAULT_LIMIT, MAP_TEMPLATE } from "./map-resources.ts";
import { RequestError } from "./request-error.ts";

export interface MapRange {
  readonly map: string;
  readonly request: RangeRequest;
}

/** @throws RequestError InvalidParams for a URI that names no range of a map */
export function parseMapUri(uri: string): MapRange {
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

export async function readRange(
  store: DurableStore,
  { map, request }: MapRange,
): Promise<MapEntry[]> {
  const bounds = rangeBounds("ascending", request) ?? {};
  return await store.readRange({ map, direction: "ascending", limit: request.limit, ...bounds });
}

/** Equal for equal ranges: every write of a key has an id of its own. */
export function signature(entries: readonly MapEntry[]): string {
  return JSON.stringify(entries.map(({ key, write }) => [key, write]));
}

/** The range as JSON text. */
export async function readText(store: DurableStore, uri: string): Promise<string> {
  const range = parseMapUri(uri);
  const entries = await readRange(store, range);
  return JSON.stringify({
    map: range.map,
    entries: entries.map(({ key, value }) => entryToJson(key, value)),
  });
}
