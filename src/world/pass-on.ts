import { serializeError, type EffectAccess } from "../durable/index.ts";
import type { EffectResult, Ledger } from "../store/index.ts";

/** A service's answer on its way to the tool, on which it may be lost. */
export async function passOn(
  ledger: Ledger,
  access: EffectAccess,
  seq: number,
  response: unknown,
): Promise<unknown> {
  try {
    await access.pass("effect:after");
  } catch (error) {
    const kept = serializeError(error);
    access.trace("answer lost", kept);
    await settle(ledger, access, seq, { error: kept });
    throw error;
  }
  await settle(ledger, access, seq, { answered: true });
  return response;
}

/** What happened has happened: a ledger that cannot be written to is reported in the trace. */
export async function settle(
  ledger: Ledger,
  access: EffectAccess,
  seq: number,
  result: EffectResult,
): Promise<void> {
  try {
    await access.run(() => ledger.settle(seq, result));
  } catch (error) {
    access.trace("not recorded", serializeError(error));
  }
}
