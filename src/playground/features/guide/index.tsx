/** The first minute: a payment whose server dies. */
import { part } from "../../components/part.tsx";

export const GuidePanel = part(
  () => import("./guide-panel.tsx"),
  <div className="h-52 shrink-0 md:h-44" />,
);
