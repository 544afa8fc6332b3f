/** The sessions of many clients over one port. */
import type {
  Transport,
  TransportSendOptions,
} from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  JSONRPCMessageSchema,
  RequestIdSchema,
  type JSONRPCMessage,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import {
  connectOver,
  type AttachOptions,
  type Connection,
  type ConnectOptions,
} from "../mcp/index.ts";
import type { Port } from "../store/remote/index.ts";
import { idSchema } from "./checks.ts";
import type { LineMessage } from "./messages.ts";

/** One end of a line. What arrives is taken as it should be, or passed over: the other end may be anybody's. */
export class SessionLine {
  readonly #sessions = new Map<number, LineTransport>();
  /** Those that were begun at this end. */
  #begun = 0;

  constructor(private readonly port: Port) {
    port.onmessage = ({ data }) => this.#take(data);
  }

  /** @param lose is called where the other end says that an answer is lost */
  open(session: number, lose: (id: RequestId) => void = () => undefined): LineTransport {
    const transport = new LineTransport(
      (message) => this.port.postMessage(message),
      session,
      lose,
      () => this.#sessions.delete(session),
    );
    this.#sessions.set(session, transport);
    return transport;
  }

  /** Begins one more, which the other end is to serve. */
  begin(lose: (id: RequestId) => void) {
    const session = ++this.#begun;
    return { session, transport: this.open(session, lose) };
  }

  /**
   * Connects a new client.
   *
   * @param attach has the other end serve a session; resolves with that one's id
   */
  async connect(
    attach: (session: number, how: Pick<AttachOptions, "ownCallsOnly">) => Promise<unknown>,
    options?: ConnectOptions,
  ): Promise<Connection> {
    let lose: (id: RequestId) => void = () => undefined;
    const { session, transport } = this.begin((id) => lose(id));
    return await connectOver(
      {
        transport,
        attach: async ({ ownCallsOnly, loseResponse }) => {
          lose = loseResponse;
          return { sessionId: idSchema.parse(await attach(session, { ownCallsOnly })) };
        },
      },
      options,
    );
  }

  /** Ends every session: the other end is gone. */
  close(): void {
    this.port.onmessage = null;
    this.port.close();
    for (const transport of [...this.#sessions.values()]) transport.gone();
  }

  /** This end is dead, and tells nobody of its sessions' ends. */
  silence(): void {
    for (const transport of this.#sessions.values()) transport.isSilent = true;
  }

  #take(data: unknown): void {
    if (typeof data !== "object" || data === null) return;
    const { session, message, related, lost, closed } = data as Readonly<Record<string, unknown>>;
    const transport = typeof session === "number" ? this.#sessions.get(session) : undefined;
    if (!transport) return;
    if (closed === true) transport.gone();
    else if (lost !== undefined) {
      const id = RequestIdSchema.safeParse(lost);
      if (id.success) transport.lose(id.data);
    } else {
      const parsed = JSONRPCMessageSchema.safeParse(message);
      if (parsed.success) transport.take(parsed.data, RequestIdSchema.safeParse(related).data);
      else transport.onerror?.(new Error("What arrived is no JSON-RPC message."));
    }
  }
}

export class LineTransport implements Transport {
  /** Takes what arrives in place of `onmessage`, to pass it on as it was sent. */
  onpass?: (message: JSONRPCMessage, options: TransportSendOptions) => void;
  onmessage?: NonNullable<Transport["onmessage"]>;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  #isOpen = true;
  isSilent = false;

  constructor(
    private readonly post: (message: LineMessage) => void,
    private readonly session: number,
    readonly lose: (id: RequestId) => void,
    private readonly forget: () => void,
  ) {}

  async start(): Promise<void> {
    // The port is open.
  }

  async send(
    message: JSONRPCMessage,
    { relatedRequestId: related }: TransportSendOptions = {},
  ): Promise<void> {
    await Promise.resolve();
    if (!this.#isOpen) throw new Error("The session is closed.");
    this.post({ session: this.session, message, ...(related === undefined ? {} : { related }) });
  }

  take(message: JSONRPCMessage, related: RequestId | undefined): void {
    if (this.onpass)
      this.onpass(message, related === undefined ? {} : { relatedRequestId: related });
    else this.onmessage?.(message);
  }

  /** Tells the other end that the answer to a request will not arrive. */
  tellLost(lost: RequestId): void {
    if (this.#isOpen) this.post({ session: this.session, lost });
  }

  async close(): Promise<void> {
    await Promise.resolve();
    if (this.#isOpen && !this.isSilent) this.post({ session: this.session, closed: true });
    this.gone();
  }

  /** The other end has closed the session, or is gone itself. */
  gone(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.forget();
    this.onclose?.();
  }
}
