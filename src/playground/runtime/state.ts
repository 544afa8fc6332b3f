/** What the page shows of one example: a snapshot, replaced whole when anything changes. */
import type {
  CallToolResult,
  LoggingLevel,
  Progress,
  Tool,
} from "@modelcontextprotocol/sdk/types.js";
import type { TranscriptLine } from "../../examples/index.ts";
import { type Pause, type Settings, settingsSchema } from "../../host/index.ts";
import type { ConnectionEvent } from "../../store/indexeddb/index.ts";
import type { Loss } from "./data-note.ts";
import type { Exchange } from "./protocol.ts";
import type { Question } from "./question.ts";

export type ServerPhase = "starting" | "running" | "crashed" | "stopped";

/** What the client saw of a call: an answer, or the error in its place. */
export type ClientView =
  | { readonly state: "waiting"; readonly progress?: Progress }
  | { readonly state: "answered"; readonly result: CallToolResult }
  | { readonly state: "error"; readonly error: string; readonly lost: boolean };

export interface LogLine {
  readonly id: number;
  readonly at: number;
  readonly level: LoggingLevel;
  readonly text: string;
}

export interface PlaygroundState {
  /** `closed`: the connection to the database was lost, as `connection` tells; `lost` is that to another process. */
  readonly phase: "opening" | "ready" | "failed" | "closed";
  readonly error?: Error;
  readonly connection?: ConnectionEvent | "lost";
  /** Counts the openings of the database: what was read before another one is stale. */
  readonly opened: number;
  /** What the browser lost of the example's data, until the person has read it. */
  readonly loss: Loss | undefined;
  /** What a person asked for last and could not be done. */
  readonly problem?: string;
  readonly server: ServerPhase;
  /** Why the server was not started: another one may live, and only a person knows. */
  readonly refused?: string | undefined;
  /** The running server's name among all that use the store. */
  readonly serverId?: string | undefined;
  readonly tools: readonly Tool[];
  readonly settings: Settings;
  /** Servers of this page that died; what the journal says is running under them is not. */
  readonly dead: ReadonlySet<string>;
  /** The arguments that are being typed, as text, by tool. */
  readonly drafts: Readonly<Record<string, string>>;
  /** Arguments were loaded to be changed, and their form has not had the focus yet. */
  readonly isEditing: boolean;
  /** What the client saw of the calls made in this tab, by invocation. */
  readonly client: ReadonlyMap<string, ClientView>;
  readonly log: readonly LogLine[];
  /** From which level on the server sends its log messages. */
  readonly logLevel: LoggingLevel;
  readonly transcript: readonly TranscriptLine[];
  readonly transcriptRunning: boolean;
  /** How often the server notified of a change, by the URI that is subscribed to. */
  readonly subscriptions: ReadonlyMap<string, number>;
  readonly protocol: readonly Exchange[];
  /** The calls that wait at a fault point for what the person decides. */
  readonly pauses: readonly Pause[];
  /** The code that runs, or was made last, of a server of a person's own. */
  readonly runs?: string;
  /** How long such a server has not answered, in milliseconds. */
  readonly silent: number;
  /** What waits for the person's answer, the first asked first. */
  readonly questions: readonly Question[];
}

export const initialState: PlaygroundState = {
  phase: "opening",
  opened: 0,
  loss: undefined,
  server: "starting",
  tools: [],
  settings: settingsSchema.parse({}),
  dead: new Set(),
  drafts: {},
  isEditing: false,
  client: new Map(),
  log: [],
  logLevel: "debug",
  transcript: [],
  transcriptRunning: false,
  subscriptions: new Map(),
  protocol: [],
  pauses: [],
  silent: 0,
  questions: [],
};
