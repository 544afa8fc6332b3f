/**
 * The outside world: what effects are done by, and the ledger of what really happened.
 *
 * 1. What happened stays: the ledger is a database of its own, and no crash rolls it back.
 * 2. An effect that was begun before a crash happens, and stands unanswered; one begun after does not.
 * 3. A simulated effect happens when its row commits; a service that throws before leaves no row.
 * 4. A real effect has its row before it is begun: it may have happened, until the service has said.
 */
import {
  drawAt,
  InvalidOptionError,
  serializeError,
  NetworkError,
  systemClock,
  type Clock,
  type EffectAccess,
  type EffectPort,
  type EffectRequest,
} from "../durable/index.ts";
import { canonicalJson, copyJson, type Ledger } from "../store/index.ts";
import { passOn } from "./pass-on.ts";

/** How a world behaves. */
export interface WorldSettings {
  /** Of the services' randomness; 1 unless given. */
  readonly seed?: number | undefined;
  readonly clock?: Clock | undefined;
  /** How long an answer takes, in milliseconds; 0 unless given. */
  readonly latencyMs?: number | undefined;
  /** `real` calls what `effect` is given to perform; `simulated` unless given. */
  readonly effects?: "simulated" | "real" | undefined;
}

/** What stands in for a service where effects are simulated. */
export interface Simulation<Request = unknown> {
  /**
   * What the service does, at once or by a promise, given its seeded randomness: numbers in [0, 1).
   * What it throws is a refusal: nothing happened.
   */
  readonly perform?: (request: Request, draw: () => number) => unknown;
  /** In the place of `perform`: one of them, drawn by the seed. */
  readonly answers?: readonly unknown[];
  /** How long an answer takes, in milliseconds; the world's unless given. */
  readonly latencyMs?: number;
  /** How often the service cannot be reached, from 0 to 1: then nothing happens, and it is a `NetworkError`. */
  readonly failureRate?: number;
}

/** What of a simulation is set by whoever tries the tools, in place of what its author says. */
export interface SimulationChange {
  readonly answers?: readonly unknown[] | undefined;
  readonly latencyMs?: number | undefined;
  readonly failureRate?: number | undefined;
}

/** A simulation as its author says. */
export interface Simulated extends SimulationChange {
  /** `service.operation` */
  readonly name: string;
}

/** What effects are done by; see the head of this module. */
export class World implements EffectPort {
  readonly #seed: number;
  readonly #clock: Clock;
  readonly #effects: "simulated" | "real";
  /** How long an answer takes, in milliseconds. */
  latencyMs: number;
  /** By the names of effects. */
  changes: Readonly<Record<string, SimulationChange>> = {};
  readonly #simulations = new Map<string, Simulation>();
  /** How often each request was drawn for, so that a repeated one may turn out otherwise. */
  readonly #draws = new Map<string, number>();

  constructor(
    readonly ledger: Ledger,
    { seed = 1, clock = systemClock, latencyMs = 0, effects = "simulated" }: WorldSettings = {},
  ) {
    this.#seed = seed;
    this.#clock = clock;
    this.latencyMs = latencyMs;
    this.#effects = effects;
  }

  /**
   * Says what is used for the effect `name`, `service.operation`, where effects are simulated.
   *
   * @throws InvalidOptionError for a simulation with neither `perform` nor `answers`
   */
  simulate<Request = unknown>(name: string, simulation: Simulation<Request>): void {
    if (!simulation.perform && !simulation.answers?.length) {
      throw new InvalidOptionError(
        `The simulation of "${name}" needs perform, or at least one of answers.`,
      );
    }
    this.#simulations.set(name, simulation as Simulation);
  }

  /** Everything that is simulated, without what was changed of it. */
  simulated(): Simulated[] {
    return [...this.#simulations].map(([name, { answers, latencyMs, failureRate }]) => ({
      name,
      answers,
      latencyMs,
      failureRate,
    }));
  }

  /** Does an effect: by its simulation, or for real. */
  async run(access: EffectAccess, effect: EffectRequest): Promise<unknown> {
    const asked = { ...effect, request: copyJson(effect.request, "request") };
    if (this.#effects === "simulated") return await this.#simulate(access, asked);
    const { performForReal } = await import("./real-effects.ts");
    return await performForReal(this.ledger, this.#entry(access, asked, undefined), access, asked);
  }

  async #simulate(access: EffectAccess, effect: EffectRequest): Promise<unknown> {
    const { service, operation, request } = effect;
    const name = `${service}.${operation}`;
    const simulation = this.#simulationOf(name);
    if (!simulation) {
      throw new InvalidOptionError(
        `Effects are simulated here, and nothing stands in for "${name}". Say what does: ` +
          `world.simulate("${name}", { answers: [\u2026] }).`,
      );
    }
    let done: { readonly response: unknown; readonly seq: number };
    try {
      done = await access.begin(async () => {
        const answer = await this.#answer(name, simulation, request);
        const response =
          answer === undefined ? undefined : copyJson(answer, `The answer of ${name}`);
        return { response, seq: await this.ledger.record(this.#entry(access, effect, response)) };
      });
    } catch (error) {
      access.trace("refused", serializeError(error));
      throw error;
    }
    access.trace("happened");
    await access.sleep(simulation.latencyMs ?? this.latencyMs);
    return await passOn(this.ledger, access, done.seq, done.response);
  }

  #simulationOf(name: string): Simulation | undefined {
    const simulation = this.#simulations.get(name);
    if (!simulation || !Object.hasOwn(this.changes, name)) return simulation;
    const { answers, latencyMs, failureRate } = this.changes[name] ?? {};
    const { perform: _, ...rest } = simulation;
    return {
      ...(answers ? { ...rest, answers } : simulation),
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(failureRate === undefined ? {} : { failureRate }),
    };
  }

  #entry(access: EffectAccess, effect: EffectRequest, response: unknown) {
    const { service, operation, request, repeatable } = effect;
    const { invocation, execution, alias, attempt, position, validation } = access;
    return {
      at: this.#clock.now(),
      service,
      operation,
      invocation,
      execution,
      ...(alias === undefined ? {} : { alias }),
      ...(attempt === undefined ? {} : { attempt }),
      position,
      request,
      response,
      ...(repeatable ? { repeatable: true as const } : {}),
      ...(validation ? { validation } : {}),
    };
  }

  #answer(name: string, { perform, answers = [], failureRate = 0 }: Simulation, request: unknown) {
    const [service = "", operation = ""] = name.split(".");
    let draws = 0;
    const draw = (): number =>
      drawAt(this.#seed, service, operation, canonicalJson(request), draws++);
    if (failureRate > 0) {
      // A service that failed once may answer the next time.
      const key = canonicalJson([name, request]);
      const nth = this.#draws.get(key) ?? 0;
      this.#draws.set(key, nth + 1);
      if (drawAt(this.#seed, service, operation, key, nth) < failureRate) {
        throw new NetworkError(`The service ${service} could not be reached.`);
      }
    }
    if (perform) return perform(request, draw);
    return answers[Math.floor(draw() * answers.length)];
  }
}
