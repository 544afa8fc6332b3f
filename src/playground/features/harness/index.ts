/** The harness: the examples, run from end to end. */
import { part } from "../../components/part.tsx";

export const Harness = part(() => import("./harness.tsx"));
