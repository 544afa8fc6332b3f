import { fileURLToPath } from "node:url";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * What the SDK imports and nobody here needs: Ajv, which compiles code where a strict
 * Content-Security-Policy forbids that, and zod 3.
 */
export const leftOut = [
  { find: "ajv", replacement: file("../mcp/no-ajv.ts") },
  { find: "ajv-formats", replacement: file("../mcp/no-ajv.ts") },
  { find: "zod/v3", replacement: file("../mcp/no-zod-3.ts") },
  { find: "zod-to-json-schema", replacement: file("../mcp/no-zod-3.ts") },
  {
    // The SDK's own imports within it.
    find: /^\.\.\/(experimental\/tasks\/(server|client|mcp-server)|shared\/toolNameValidation)\.js$/,
    replacement: file("../mcp/no-tasks.ts"),
  },
];
