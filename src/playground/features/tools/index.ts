/** Tools: what is called, with what, and what a tool asks back. */
import { part } from "../../components/part.tsx";

export { ToolsPanel } from "./tools-panel.tsx";
export const QuestionDialog = part(() => import("./question-dialog.tsx"));
