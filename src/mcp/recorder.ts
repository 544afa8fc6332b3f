/** Records every JSON-RPC message of a session, in both directions, at the client's end. */
import type {
  Transport,
  TransportSendOptions,
} from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";

/** A JSON-RPC message on its way, as plain data. */
export interface RecordedMessage {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly direction: "to-server" | "to-client";
  /** The message itself, copied. */
  readonly message: JSONRPCMessage;
}

/** Called with every message of a session. */
export interface Recorder {
  /** Called with each message, in the order in which they pass. */
  readonly message: (recorded: RecordedMessage) => void;
  /** The answer to a request of the client's will never arrive. */
  readonly lost: (at: number, request: RequestId) => void;
  /** The session is over: what waits for an answer gets none. */
  readonly closed: (at: number) => void;
}

/** The transport of a client, with what passes over it recorded. */
export class RecordedTransport implements Transport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  protocolVersion = "";

  constructor(
    private readonly inner: Transport,
    private readonly recorder: Recorder | undefined,
  ) {
    inner.onmessage = (message, extra) => {
      recorder?.message({ at: Date.now(), direction: "to-client", message });
      this.onmessage?.(message, extra);
    };
    inner.onclose = () => {
      recorder?.closed(Date.now());
      this.onclose?.();
    };
    inner.onerror = (error) => this.onerror?.(error);
  }

  async start(): Promise<void> {
    await this.inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.recorder?.message({ at: Date.now(), direction: "to-server", message });
    await this.inner.send(message, options);
  }

  /** Lets a request fail with an error that came from nowhere: its answer is lost. */
  lose(id: RequestId, error: { readonly code: number; readonly message: string }): void {
    this.recorder?.lost(Date.now(), id);
    this.onmessage?.({ jsonrpc: "2.0", id, error });
  }

  async close(): Promise<void> {
    await this.inner.close();
  }

  setProtocolVersion(version: string): void {
    this.protocolVersion = version;
  }
}
