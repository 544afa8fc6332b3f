/** Zod compiles its parsers unless it is told not to; a strict Content-Security-Policy forbids that. */
import { config } from "zod";

config({ jitless: true });
