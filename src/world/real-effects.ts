/** Effects for real. Loaded where effects are: never in the page. */
import {
  serializeError,
  traceFailure,
  type EffectAccess,
  type EffectRequest,
} from "../durable/index.ts";
import { copyJson, type Ledger, type LedgerEntry } from "../store/index.ts";
import { passOn, settle } from "./pass-on.ts";

/**
 * Its row stands before it is begun: it may have happened, until the service has said. Whatever then
 * goes wrong with the ledger, the tool gets what the service answered.
 */
export async function performForReal(
  ledger: Ledger,
  entry: LedgerEntry,
  access: EffectAccess,
  { perform }: EffectRequest,
): Promise<unknown> {
  if (access.validation) return await access.firstAnswer();
  const seq = await access.begin(() => ledger.record({ ...entry, outcome: "uncertain" }));
  let response: unknown;
  try {
    response = await access.begin(perform);
  } catch (error) {
    await settle(ledger, access, seq, traceFailure(access, error));
    throw error;
  }
  access.trace("happened");
  await settle(ledger, access, seq, { happened: true, ...recordable(access, response) });
  return await passOn(ledger, access, seq, response);
}

/** The answer as the ledger keeps it: without it, where JSON cannot carry it. */
function recordable(access: EffectAccess, response: unknown): { response?: unknown } {
  if (response === undefined) return {};
  try {
    return { response: copyJson(response, "response") };
  } catch (error) {
    access.trace("not recorded", serializeError(error));
    return {};
  }
}
