import type ts from "typescript";

/** The declarations that a tool file is checked against, beside the page in its build. */
export const TYPES_FILE = "tool-types.json";

export interface ToolTypes {
  readonly options: ts.CompilerOptions;
  /** The text of each declaration file, by its path. */
  readonly files: Readonly<Record<string, string>>;
}
