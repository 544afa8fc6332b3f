/** Faults: the plan that is armed, and what can be armed. */
import { panelPlace, part } from "../../components/part.tsx";

export const FaultsPanel = part(() => import("./faults-panel.tsx"), panelPlace);
