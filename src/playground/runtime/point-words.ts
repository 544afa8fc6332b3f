import type { FaultPoint } from "../../durable/index.ts";

/** Where each point is, in words. */
export const POINT_WORDS: Readonly<Record<FaultPoint, string>> = {
  "guard:before-start": "before the guard's first write",
  "guard:started": "started is stored, the callable not entered",
  "effect:before": "before the outside thing happens",
  "effect:after": "it happened, the server does not know yet",
  "guard:before-store": "the callable resolved, nothing stored",
  "guard:stored": "the result is stored, not yet returned",
  "map:before-commit": "before a map is written",
  "map:committed": "after a map was written",
  "call:before-response": "the tool returned, the response has not left",
};
