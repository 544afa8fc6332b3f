/** What passes over a socket, as text: all that a structured clone carries of data. */
import { parse, stringify } from "devalue";

export const toText: (message: unknown) => string = stringify;

/** @throws Error for what is no such text */
export const fromText: (text: string) => unknown = parse;
