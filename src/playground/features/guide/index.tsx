/** The first minute: a payment whose server dies. */
import { part } from "../../components/part.tsx";

export const GuidePanel = part(
  () => import("./guide-panel.tsx"),
  <div className="h-44 shrink-0" />,
);
