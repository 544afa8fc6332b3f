/** Calls: the list, the chosen one, and two side by side. */
import { panelPlace, part } from "../../components/part.tsx";

export const CallsPanel = part(() => import("./calls-panel.tsx"), panelPlace);
export const CompareCalls = part(() => import("./compare.tsx"), panelPlace);
export const CallDetail = part(() => import("./call-detail.tsx"), panelPlace);
