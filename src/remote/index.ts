/** A server at the other end of messages, and its host at this one. */
export { RemoteHost, type RemoteHostOptions } from "./remote-host.ts";
export { serveRemote, type RemoteServerOptions } from "./remote-server.ts";
export { connectLife, type Life, type LifeHooks, type OpenLife } from "./life.ts";
export { SessionLine } from "./line.ts";
export { idSchema, simulatedSchema } from "./checks.ts";
export {
  forEachPort,
  PORTS,
  SERVER_CALLS,
  type LineMessage,
  type PlainSettings,
  type PortName,
  type ServerCalls,
} from "./messages.ts";
export { manyPorts, type ManyPorts } from "./many-ports.ts";
export { Inspected } from "./inspected.ts";
export { InspectingHost, type InspectingHostOptions } from "./inspecting-host.ts";
export { INSPECT_PORTS, type Inspection, type InspectPort } from "./inspect-messages.ts";
export { fromText, toText } from "./parcel-text.ts";
