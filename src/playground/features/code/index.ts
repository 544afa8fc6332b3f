/** The code of the example's tools. */
import { part } from "../../components/part.tsx";

export const CodePanel = part(() => import("./code-panel.tsx"));
