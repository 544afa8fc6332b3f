/** How one execution reaches its client: notifications, log messages and questions, copied as they are. */
import {
  ResultSchema,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import { LONGEST_DELAY_MS, type ClientChannel, type Execution } from "../durable/index.ts";
import { copyJson } from "../store/index.ts";
import type { ClientLine } from "./client-line.ts";
import type { Extra, Session } from "./session.ts";

export interface ChannelOptions {
  readonly session: Session;
  readonly extra: Extra;
  readonly line: ClientLine;
  /** The call's own client is gone: the server resumes it. */
  readonly isResumption: boolean;
  readonly tool: string;
  readonly trace: Execution["trace"];
  /** Withdraws open questions. */
  readonly withdrawal: AbortSignal;
  /** Whether nobody waits for an answer any more. */
  readonly hasEnded: () => boolean;
  readonly onError: (error: unknown) => void;
}

export function clientChannel(options: ChannelOptions): ClientChannel {
  const { session, extra, line, isResumption, tool, trace, withdrawal, hasEnded, onError } =
    options;
  return {
    async notify(notification) {
      const { method, params = {} } = copyJson(notification, "notification") as typeof notification;
      const token = extra._meta?.progressToken;
      const isProgress = method === "notifications/progress";
      const dropped =
        isResumption || !session.isOpen
          ? "its caller is gone"
          : isProgress && token === undefined
            ? "the client asked for no progress"
            : undefined;
      trace({
        type: "notification",
        detail: dropped === undefined ? method : `${method} (dropped: ${dropped})`,
        outcome: dropped === undefined ? "sent" : "dropped",
      });
      if (dropped !== undefined) return;
      const full = isProgress ? { ...params, progressToken: token } : params;
      await extra.sendNotification({ method, params: full } as ServerNotification);
    },
    async log(level, data) {
      const message = { level, logger: tool, data: copyJson(data, "data") };
      const sessions = line.all(session);
      if (sessions.length === 0) {
        const detail = "notifications/message (dropped: no client is connected)";
        trace({ type: "notification", detail, outcome: "dropped" });
      }
      // One that leaves meanwhile is none of the tool's business.
      const sent = sessions.map(({ mcp }) => mcp.sendLoggingMessage(message));
      await Promise.all(sent.map((each) => each.catch(onError)));
    },
    async request(request) {
      const asked = copyJson(request, "request") as ServerRequest;
      const answer = await line.ask(
        session,
        ({ mcp }) =>
          mcp.server.request(asked, ResultSchema.loose(), {
            signal: withdrawal,
            // A person may take any time.
            timeout: LONGEST_DELAY_MS,
          }),
        hasEnded,
      );
      return copyJson(answer, "answer");
    },
  };
}
