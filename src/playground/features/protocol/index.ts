/** Protocol: every message between client and server. */
import { part } from "../../components/part.tsx";

export const ProtocolPanel = part(() => import("./protocol-panel.tsx"));
export const CallMessages = part<{ readonly call: string }>(async () => ({
  default: (await import("./protocol-panel.tsx")).CallMessages,
}));
