/**
 * The outside world: simulated services, and the ledger of what they really did.
 *
 * 1. What happened stays: the ledger is a database of its own, and no crash rolls it back.
 * 2. A call that was begun before a crash happens, and stands unanswered; one begun after does not.
 * 3. A refusal is no effect: a service that throws before it acts leaves no row.
 */
import {
  drawAt,
  keep,
  serviceAccess,
  systemClock,
  type Clock,
  type DurableContext,
  type ServiceAccess,
} from "../durable/index.ts";
import { canonicalJson, type Ledger } from "../store/index.ts";
import { openLedger, type OpenOptions } from "../store/indexeddb/index.ts";

export interface WorldOptions extends OpenOptions {
  /** Of the services' randomness; 1 unless given. */
  readonly seed?: number;
  readonly clock?: Clock;
  /** How long an answer takes, in milliseconds; 0 unless given. */
  readonly latencyMs?: number;
}

export interface ServiceCall<Response> {
  readonly service: string;
  readonly operation: string;
  /** JSON: kept in the ledger, and what tells a duplicate. */
  readonly request: Record<string, unknown>;
  /** What the service does, given its seeded randomness; throws where it refuses. */
  readonly perform: (draw: () => number) => Response;
}

export class World {
  /** How long an answer takes, in milliseconds. */
  latencyMs: number;

  constructor(
    readonly ledger: Ledger,
    private readonly seed: number,
    private readonly clock: Clock,
    latencyMs: number,
  ) {
    this.latencyMs = latencyMs;
  }

  /** Calls a service as the code that holds `context`. */
  async call<Response>(context: DurableContext, call: ServiceCall<Response>): Promise<Response> {
    const access = serviceAccess(context);
    const what = `${call.service}.${call.operation}`;
    return await access.during(what, () => this.#call(access, call));
  }

  async #call<Response>(access: ServiceAccess, call: ServiceCall<Response>): Promise<Response> {
    const { service, operation, request, perform } = call;
    await access.pass("effect:before", service);
    const { invocation, execution, alias, attempt, validation } = access;
    let draws = 0;
    const { response, seq } = await access.run(async () => {
      const response = perform(() =>
        drawAt(this.seed, service, operation, canonicalJson(request), draws++),
      );
      const seq = await this.ledger.record({
        at: this.clock.now(),
        service,
        operation,
        invocation,
        execution,
        ...(alias === undefined ? {} : { alias }),
        ...(attempt === undefined ? {} : { attempt }),
        request,
        response,
        ...(validation ? { validation } : {}),
      });
      return { response, seq };
    });
    const what = `${service}.${operation}`;
    access.trace("happened", what);
    await access.sleep(this.latencyMs);
    try {
      await access.pass("effect:after", service);
    } catch (error) {
      const kept = keep(error);
      access.trace("answer lost", what, kept);
      await access.run(() => this.ledger.settle(seq, { error: kept }));
      throw error;
    }
    await access.run(() => this.ledger.settle(seq, { answered: true }));
    return response;
  }
}

/** Opens the world whose ledger is the database `name`. */
export async function openWorld({
  seed = 1,
  clock = systemClock,
  latencyMs = 0,
  ...options
}: WorldOptions): Promise<World> {
  return new World(await openLedger(options), seed, clock, latencyMs);
}
