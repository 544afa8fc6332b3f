/**
 * A host that pages inspect: what a person sets, and where calls wait, is held here, for all pages.
 *
 * 1. Settings last as long as the host: a server that is started anew has no faults armed.
 * 2. Every page is told of every change, its own too.
 */
import { z } from "zod";
import { FAULT_KINDS } from "../durable/index.ts";
import {
  LivePlan,
  settingsSchema,
  Stepper,
  type HostSettings,
  type Pause,
  type ServerHost,
  type Settings,
} from "../host/index.ts";
import type { AttachOptions } from "../mcp/index.ts";
import { deferred, type InspectableStore, type Ledger } from "../store/index.ts";
import {
  Caller,
  methodOf,
  methodsOf,
  respond,
  serveLedger,
  serveStore,
} from "../store/remote/index.ts";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { idSchema } from "./checks.ts";
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

const decisionSchema = z.union([
  z.enum(["step", "go on"]),
  z
    .strictObject({ kind: z.enum(FAULT_KINDS), error: z.string().optional() })
    .transform(({ kind, error }) => (error === undefined ? { kind } : { kind, error })),
]);

/** What has the host's server started and stopped: one thing after the other. */
export interface Control {
  readonly host: ServerHost & {
    attach(transport: Transport, options: AttachOptions): Promise<{ readonly sessionId: string }>;
  };
  start(options?: { readonly takeOver?: boolean }): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Does the work while no server runs, and starts the next. */
  whileStopped(work: () => Promise<void>): Promise<void>;
}

export class Inspected {
  readonly #stepper = new Stepper((pauses) => {
    this.#pauses = pauses;
    this.hasChanged();
  });
  readonly #plan = new LivePlan((...passing) => this.#stepper.pause(...passing));
  readonly #pages = new Set<InspectorCalls>();
  #pauses: readonly Pause[] = [];
  #settings: Settings;
  #control: Control | undefined;

  constructor(
    private readonly inspection: Inspection,
    private readonly kept: { readonly store: InspectableStore; readonly ledger: Ledger },
    settings: Partial<Settings> = {},
  ) {
    this.#settings = settingsSchema.parse(settings);
  }

  /** What the host's servers are made with. */
  get hostSettings(): HostSettings {
    const { guards, effectValidation, resume, latencyMs, simulations, delays } = this.#settings;
    const faults = this.#plan;
    return { faults, guards, effectValidation, resume, latencyMs, simulations, delays };
  }

  /** What is controlled; before the first page. */
  set control(control: Control) {
    this.#control = control;
  }

  hasChanged(): void {
    this.#tell((page) => page.report(this.#report));
  }

  hasCrashed(server: string): void {
    this.#tell((page) => page.crashed(server));
  }

  hasFailed(error: Error): void {
    this.#tell((page) => page.failed(error.message));
  }

  isSilent(ms: number): void {
    this.#tell((page) => page.silent(ms));
  }

  /** Serves one more page. @returns ends that */
  serve({ port }: ManyPorts<InspectPort>): () => void {
    const { store, ledger } = this.kept;
    const line = new SessionLine(port("line"));
    const caller = new Caller({ port: port("page"), methods: INSPECTOR_CALLS });
    const page = methodsOf(caller, INSPECTOR_CALLS) as unknown as InspectorCalls;
    /** The calls that this page steps into, by what tells that they have ended. */
    const stepping = new Map<string, () => void>();
    const calls = this.#calls(page, line, stepping);
    const ends = [
      serveStore(port("store"), staysOpen(store)),
      serveLedger(port("ledger"), staysOpen(ledger)),
      respond({
        port: port("control"),
        name: "control",
        methods: CONTROL_CALLS,
        find: (name) => methodOf(calls, name),
      }),
      () => line.close(),
      () => caller.close(),
      () => this.#pages.delete(page),
      () => {
        for (const ended of stepping.values()) ended();
      },
    ];
    this.#pages.add(page);
    void page.report(this.#report).catch(() => undefined);
    return () => {
      for (const end of ends.splice(0)) end();
    };
  }

  get #report(): HostReport {
    const { host } = this.#controlled;
    const { state, serverId, isHanging } = host;
    return { state, serverId, isHanging, pauses: this.#pauses };
  }

  get #controlled(): Control {
    if (!this.#control) throw new Error("Nothing is controlled yet.");
    return this.#control;
  }

  /** A page that is gone needs not be told. */
  #tell(what: (page: InspectorCalls) => Promise<void>, but?: InspectorCalls): void {
    if (!this.#control) return;
    for (const page of this.#pages) if (page !== but) what(page).catch(() => undefined);
  }

  #calls(page: InspectorCalls, line: SessionLine, stepping: Map<string, () => void>): ControlCalls {
    const control = this.#controlled;
    const { host } = control;
    return {
      inspection: () => Promise.resolve(this.inspection),
      start: (options) => control.start(options),
      stop: () => control.stop(),
      restart: () => control.restart(),
      wipe: () =>
        control.whileStopped(async () => {
          await this.kept.store.wipe();
          await this.kept.ledger.wipe();
        }),
      crash: () => at(() => host.crash()),
      release: () => at(() => host.release()),
      resume: (invocation) => host.resume(idSchema.parse(invocation)),
      cancel: (invocation) => at(() => host.cancel(idSchema.parse(invocation))),
      simulated: async () => (await host.simulated?.()) ?? [],
      attach: async (session, { ownCallsOnly }) => {
        const transport = line.open(z.int().parse(session));
        const lost = (id: string | number): void => transport.tellLost(id);
        const options = { ownCallsOnly: ownCallsOnly === true, loseResponse: lost };
        return (await host.attach(transport, options)).sessionId;
      },
      readSettings: () => Promise.resolve(this.#settings),
      writeSettings: (settings) =>
        at(() => {
          this.#apply(settingsSchema.parse(settings));
          this.#tell((other) => other.settingsChanged(), page);
        }),
      decide: (pause, decision) =>
        at(() => this.#stepper.decide(pause, decisionSchema.parse(decision))),
      stepInto: (invocation) =>
        at(() => {
          const ended = deferred<void>();
          stepping.set(idSchema.parse(invocation), ended.resolve);
          void this.#stepper.stepInto(invocation, () => ended.promise);
        }),
      stepped: (invocation) =>
        at(() => {
          stepping.get(invocation)?.();
          stepping.delete(invocation);
        }),
    };
  }

  #apply(settings: Settings): void {
    this.#settings = settings;
    this.#plan.set(settings.plan);
    this.#stepper.breakpoints = settings.breakpoints;
    this.#controlled.host.configure(this.hostSettings);
  }
}

/** What a page closes is its own connection. */
function staysOpen<T extends { close(): Promise<void> }>(kept: T): T {
  return { ...kept, close: () => Promise.resolve() };
}
