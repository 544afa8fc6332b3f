/** Effects for real. Loaded where effects are: never in the page. */
import { EffectRefused, keep, type EffectAccess, type EffectRequest } from "../durable/index.ts";
import type { Ledger, LedgerEntry } from "../store/index.ts";
import { passOn } from "./pass-on.ts";

/** Its row stands before it is begun: it may have happened, until the service has said. */
export async function performForReal(
  ledger: Ledger,
  entry: LedgerEntry,
  access: EffectAccess,
  { perform }: EffectRequest,
): Promise<unknown> {
  // The second run of effect validation does nothing outside.
  if (access.earlier) return await access.earlier;
  const seq = await access.run(() => ledger.record({ ...entry, outcome: "uncertain" }));
  let response: unknown;
  try {
    response = await access.run(perform);
  } catch (error) {
    const kept = keep(error);
    const isRefused = error instanceof EffectRefused;
    access.trace(isRefused ? "refused" : "may have happened", kept);
    await access.run(() => ledger.settle(seq, isRefused ? { refused: kept } : { error: kept }));
    throw error;
  }
  access.trace("happened");
  return await passOn(ledger, access, seq, response, { answered: true, response });
}
