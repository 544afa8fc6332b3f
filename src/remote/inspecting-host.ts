/**
 * A host that is elsewhere, as a page sees it.
 *
 * 1. Its server runs whether or not this page has joined it: for the page it runs from when it has.
 */
import type { Decision, HostState, Pause, ServerHost, Settings } from "../host/index.ts";
import type { Connection, ConnectOptions } from "../mcp/index.ts";
import { deferred } from "../store/index.ts";
import { Caller, methodOf, methodsOf, respond } from "../store/remote/index.ts";
import type { Simulated } from "../world/index.ts";
import {
  at,
  CONTROL_CALLS,
  INSPECTOR_CALLS,
  type ControlCalls,
  type HostReport,
  type Inspection,
  type InspectorCalls,
  type InspectPort,
} from "./inspect-messages.ts";
import { SessionLine } from "./line.ts";
import type { ManyPorts } from "./many-ports.ts";

export interface InspectingHostOptions {
  readonly ports: ManyPorts<InspectPort>;
  /** The calls that wait for a person. */
  readonly onPauses: (pauses: readonly Pause[]) => void;
  /** A server runs that this page has not joined: `start` does. */
  readonly onNext: () => void;
  /** The server was stopped in order, by another page. */
  readonly onStopped: (serverId: string) => void;
  readonly onCrash: (serverId: string) => void;
  /** Another page has set something. */
  readonly onSettings: () => void;
  readonly onError: (message: string) => void;
  readonly onSilence: (ms: number) => void;
}

/** How long after a page could not join a server it tries again, in milliseconds. */
const AGAIN_MS = 1000;

export class InspectingHost implements ServerHost {
  readonly isShared = true;
  readonly #control: ControlCalls;
  readonly #line: SessionLine;
  readonly #closing: (() => void)[];
  readonly #first = deferred<undefined>();
  #report: HostReport = { state: "stopped", serverId: undefined, isHanging: false, pauses: [] };
  /** The server that this page has joined. */
  #joined: string | undefined;

  constructor(private readonly options: InspectingHostOptions) {
    const { port } = options.ports;
    const caller = new Caller({ port: port("control"), methods: CONTROL_CALLS });
    this.#control = methodsOf(caller, CONTROL_CALLS) as unknown as ControlCalls;
    this.#line = new SessionLine(port("line"));
    const told = this.#inspectorCalls();
    const end = respond({
      port: port("page"),
      name: "page",
      methods: INSPECTOR_CALLS,
      find: (name) => methodOf(told, name),
    });
    this.#closing = [() => this.#line.close(), () => caller.close(), end];
  }

  get state(): HostState {
    const { state, serverId } = this.#report;
    return state === "running" && this.#joined !== serverId ? "stopped" : state;
  }

  get serverId(): string | undefined {
    return this.#report.serverId;
  }

  get isHanging(): boolean {
    return this.#report.isHanging;
  }

  /** What is inspected, when its host is known. */
  async inspection(): Promise<Inspection> {
    const [inspection] = await Promise.all([this.#control.inspection(), this.#first.promise]);
    return inspection;
  }

  async start(options: { readonly takeOver?: boolean } = {}): Promise<void> {
    if (this.#report.state !== "running") await this.#control.start(options);
    this.#joined = this.#report.serverId;
  }

  async stop(): Promise<void> {
    await this.#control.stop();
  }

  async restart(): Promise<void> {
    await this.#control.restart();
  }

  async wipe(): Promise<void> {
    await this.#control.wipe();
  }

  crash(): void {
    this.#attempt(this.#control.crash());
  }

  /** Settings go the way of `writeSettings`: they are all pages'. */
  configure(): void {
    // Nothing is this page's alone.
  }

  async readSettings(): Promise<Settings> {
    return await this.#control.readSettings();
  }

  async writeSettings(settings: unknown): Promise<void> {
    await this.#control.writeSettings(settings);
  }

  async connect(options?: ConnectOptions): Promise<Connection> {
    try {
      return await this.#line.connect(
        (session, how) => this.#control.attach(session, how),
        options,
      );
    } catch (error) {
      this.#joinAgain();
      throw error;
    }
  }

  async simulated(): Promise<readonly Simulated[]> {
    return await this.#control.simulated();
  }

  release(): void {
    this.#attempt(this.#control.release());
  }

  async resume(invocation: string): Promise<void> {
    await this.#control.resume(invocation);
  }

  cancel(invocation: string): void {
    this.#attempt(this.#control.cancel(invocation));
  }

  decide(pause: number, decision: Decision): void {
    this.#attempt(this.#control.decide(pause, decision));
  }

  /** See `Stepper`. What is asked first is heard first. */
  async stepInto<T>(invocation: string, call: () => Promise<T>): Promise<T> {
    this.#attempt(this.#control.stepInto(invocation));
    try {
      return await call();
    } finally {
      this.#attempt(this.#control.stepped(invocation));
    }
  }

  /** The connection ends; the server goes on. */
  close(): void {
    for (const end of this.#closing.splice(0)) end();
  }

  /** It could not be joined, though it runs as far as is known. */
  #joinAgain(): void {
    this.#joined = undefined;
    setTimeout(() => {
      if (this.#report.state === "running" && this.#joined === undefined) this.options.onNext();
    }, AGAIN_MS);
  }

  #attempt(asked: Promise<void>): void {
    asked.catch((error: unknown) => this.options.onError((error as Error).message));
  }

  #inspectorCalls(): InspectorCalls {
    const { options } = this;
    return {
      report: (report) => at(() => this.#take(report)),
      crashed: (server) => at(() => options.onCrash(server)),
      settingsChanged: () => at(() => options.onSettings()),
      failed: (message) => at(() => options.onError(message)),
      silent: (ms) => at(() => options.onSilence(ms)),
    };
  }

  #take(report: HostReport): void {
    const before = this.#report;
    this.#report = report;
    this.#first.resolve(undefined);
    if (before.pauses.length + report.pauses.length > 0) this.options.onPauses(report.pauses);
    if (before.state === report.state && before.serverId === report.serverId) return;
    if (report.state === "running" && this.#joined !== report.serverId) this.options.onNext();
    else if (report.state === "stopped" && before.serverId !== undefined) {
      this.options.onStopped(before.serverId);
    }
  }
}
