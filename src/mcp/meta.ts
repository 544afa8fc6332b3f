/** The names under which ids travel in `_meta`, so that arguments and content stay clean. */
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { isUuidv7 } from "../durable/index.ts";
import { RequestError } from "./request-error.ts";

/** In a request: the invocation that the call belongs to. In an answer: the invocation's id. */
export const INVOCATION_ID = "playground.durable-mcp/invocationId";
/** In an answer: which execution of the invocation it is of, counting from 1. */
export const EXECUTION = "playground.durable-mcp/execution";

/**
 * The invocation id that a request names, in lower case; `undefined` where it names none.
 *
 * @throws RequestError InvalidParams for anything but a UUIDv7
 */
export function namedInvocation(meta: Record<string, unknown> | undefined): string | undefined {
  const id = meta?.[INVOCATION_ID];
  if (id === undefined) return undefined;
  if (typeof id === "string" && isUuidv7(id)) return id.toLowerCase();
  throw new RequestError(
    ErrorCode.InvalidParams,
    `_meta["${INVOCATION_ID}"] must be a UUIDv7, not ${JSON.stringify(id)}. ` +
      `Leave it out to start a new invocation.`,
  );
}
