/**
 * Values that guards store as text, for engines that keep text: everything that `copyStorable` lets
 * through comes back as the structured clone algorithm would give it back.
 */
import { parse, stringify } from "devalue";

/** The errors whose class a structured clone keeps (HTML, 2.7.3). */
const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

type ErrorParts = readonly [
  name: string,
  message: string,
  stack: string | undefined,
  cause: unknown,
];

/** @throws Error for a value that `copyStorable` refuses */
export function valueToText(value: unknown): string {
  return stringify(value, {
    Error: (part: unknown): ErrorParts | false =>
      part instanceof Error && [part.name, part.message, part.stack, part.cause],
  });
}

/** The value that `valueToText` made the text of, as a structured clone gives it back. */
export function valueFromText(text: string): unknown {
  return parse(text, {
    Error: ([name, message, stack, cause]: ErrorParts) => {
      const type = ERRORS[name] ?? Error;
      const error = new type(message, cause === undefined ? {} : { cause });
      Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
      return error;
    },
  });
}
