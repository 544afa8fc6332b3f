/** Breakpoints, and calls that wait at them for the person. */
import { part } from "../../components/part.tsx";

export const Breakpoints = part(() => import("./breakpoints.tsx"));
export const PausedCall = part(() => import("./paused-call.tsx"));
export const PausedCalls = part(() => import("./paused-calls.tsx"));
