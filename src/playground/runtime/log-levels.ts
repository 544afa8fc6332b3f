import { LoggingLevelSchema, type LoggingLevel } from "@modelcontextprotocol/sdk/types.js";

/** From the least to the most severe. */
export const LOG_LEVELS = LoggingLevelSchema.options;

/** Whether somebody should look at it: a warning, or worse. */
export function isProblem(level: LoggingLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf("warning");
}
