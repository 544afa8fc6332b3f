/** A tool file as the sandbox takes it. Loaded when a server of a person's own is opened. */
import { transform } from "sucrase";

export class CompileError extends Error {
  override name = "CompileError";

  constructor(
    message: string,
    /** From 1. */
    readonly line: number,
    /** From 1. */
    readonly column: number,
  ) {
    super(message);
  }
}

/**
 * TypeScript to CommonJS, line by line as it was; types are taken away, and not checked.
 *
 * @throws CompileError where it is no TypeScript
 */
export function compile(code: string): string {
  try {
    return transform(code, { transforms: ["typescript", "imports"], production: true }).code;
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number; column: number } };
    const said = message.replace(/^Error transforming [^:]*: /, "").replace(/ \(\d+:\d+\)$/, "");
    throw new CompileError(
      loc ? `Line ${loc.line}, column ${loc.column}: ${said}.` : said,
      loc?.line ?? 1,
      loc?.column ?? 1,
    );
  }
}
