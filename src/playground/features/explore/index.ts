/** Explore: a call made to fail in every way. */
import { part } from "../../components/part.tsx";

export const Explore = part(() => import("./explore.tsx"));
