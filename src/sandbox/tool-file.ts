/** A tool file that lies on the disk, as `npm start` tells the page of it. */
import { z } from "zod";

export const toolFileSchema = z.object({
  /** Absolute. */
  path: z.string(),
  /** Its name without the folders. */
  name: z.string(),
  /** Another after each build of the servers, those that failed too. */
  build: z.int(),
  /** As it lies there. */
  source: z.string(),
  /** Each function that it exports. */
  servers: z.array(z.object({ id: z.string(), title: z.string(), export: z.string() })).min(1),
  /** CommonJS; absent where the last build failed. */
  code: z.string().optional(),
  /** Why it failed. */
  error: z.string().optional(),
  /** Of the client script beside it, where there is one. */
  client: z
    .object({
      /** CommonJS; absent where the last build failed. */
      code: z.string().optional(),
      /** Why it failed. */
      error: z.string().optional(),
    })
    .optional(),
  /** What the types say is wrong; it runs all the same. */
  problems: z.array(
    z.object({
      /** Its name, where it is another than the tool file. */
      file: z.string().optional(),
      line: z.int(),
      column: z.int(),
      message: z.string(),
    }),
  ),
});

export type ToolFileState = z.infer<typeof toolFileSchema>;
