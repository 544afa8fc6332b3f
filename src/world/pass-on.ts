import { keep, type EffectAccess } from "../durable/index.ts";
import type { EffectResult, Ledger } from "../store/index.ts";

/** A service's answer on its way to the tool, on which it may be lost. */
export async function passOn(
  ledger: Ledger,
  access: EffectAccess,
  seq: number,
  response: unknown,
  result: EffectResult,
): Promise<unknown> {
  try {
    await access.pass("effect:after");
  } catch (error) {
    const kept = keep(error);
    access.trace("answer lost", kept);
    await access.run(() => ledger.settle(seq, { error: kept }));
    throw error;
  }
  await access.run(() => ledger.settle(seq, result));
  return response;
}
