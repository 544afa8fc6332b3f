/** What a person's file imports and is given: one instance of each, the file's and the server's. */
import * as sdkTypes from "@modelcontextprotocol/sdk/types.js";
import * as zod from "zod";
import * as durable from "./interface.ts";

/** By their names. */
export const MODULES: Readonly<Record<string, unknown>> = {
  zod: { ...zod, default: zod },
  "durable-mcp-playground": durable,
  "@modelcontextprotocol/sdk/types.js": sdkTypes,
};
