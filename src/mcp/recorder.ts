/** Records every JSON-RPC message of a session, in both directions, at the client's end. */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

export interface RecordedMessage {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly direction: "to-server" | "to-client";
  readonly message: JSONRPCMessage;
}

export type Recorder = (message: RecordedMessage) => void;

/** Passes on what the transport sends and receives, and records it; before a client connects over it. */
export function record(transport: Transport, recorder: Recorder): void {
  const send = transport.send.bind(transport);
  transport.send = async (message, options) => {
    recorder({ at: Date.now(), direction: "to-server", message });
    await send(message, options);
  };
  let receive = transport.onmessage;
  // The client sets its handler when it connects: the record is made around whichever it is.
  Object.defineProperty(transport, "onmessage", {
    configurable: true,
    get: () =>
      receive &&
      ((...[message, extra]: Parameters<NonNullable<Transport["onmessage"]>>) => {
        recorder({ at: Date.now(), direction: "to-client", message });
        receive?.(message, extra);
      }),
    set: (handler: Transport["onmessage"]) => {
      receive = handler;
    },
  });
}
