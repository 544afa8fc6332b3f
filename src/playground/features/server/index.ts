/** The server: its bar, its settings, and what keeps it from running. */
import { part } from "../../components/part.tsx";

export { ServerBar } from "./server-bar.tsx";
export const Notices = part(() => import("./notices.tsx"));
export const WipeDialog = part(() => import("./wipe-dialog.tsx"));
export const ServicesDialog = part(() => import("./services-dialog.tsx"));
export const SettingsDialog = part(() => import("./settings-dialog.tsx"));
