#!/usr/bin/env node
/** The package's own command, from any folder: `durable-mcp-playground ./my-tools.ts`. */
import { register } from "tsx/esm/api";

register();
await import("./start.ts");
