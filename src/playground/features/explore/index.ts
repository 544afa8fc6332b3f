/** Explore: a call made to fail in every way. */
import { part } from "../../components/part.tsx";

export { textOfCase } from "./case-words.ts";
export const Explore = part(() => import("./explore.tsx"));
