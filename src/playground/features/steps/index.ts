/** Breakpoints, and calls that wait at them for the person. */
import { part } from "../../components/part.tsx";

export const Breakpoints = part(() => import("./breakpoints.tsx"));
export const StoppedCall = part(() => import("./stopped-call.tsx"));
export const StoppedCalls = part(() => import("./stopped-calls.tsx"));
