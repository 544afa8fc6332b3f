/** Servers of a person's own: begun, written, run. */
import { part } from "../../components/part.tsx";

export const NewServerDialog = part(() => import("./new-server-dialog.tsx"));
export const OwnCode = part(() => import("./own-code.tsx"));
export { Problems } from "./problems.tsx";
