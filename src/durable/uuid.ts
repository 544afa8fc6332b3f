/** UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then version, variant and 74 other bits. */
import { UUID, uuidv7 } from "uuidv7";
import { InvalidOptionError } from "./errors.ts";

export { uuidv7 };

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const MAX_TIME = 2 ** 48 - 1;
const MAX_RAND_A = 2 ** 12 - 1;
const MAX_RAND_B_HIGH = 2 ** 30 - 1;
const MAX_RAND_B_LOW = 2 ** 32 - 1;

/** Whether a text is a UUIDv7, in either letter case (RFC 9562). */
export function isUuidv7(text: string): boolean {
  return PATTERN.test(text);
}

/** The smallest UUIDv7 of a millisecond: the inclusive lower bound of a range in time. */
export function uuidv7Lower(timestampMs: number): string {
  return UUID.fromFieldsV7(checkTime(timestampMs), 0, 0, 0).toString();
}

/** The greatest UUIDv7 of a millisecond: where a range in time, read backwards, starts. */
export function uuidv7Upper(timestampMs: number): string {
  return UUID.fromFieldsV7(
    checkTime(timestampMs),
    MAX_RAND_A,
    MAX_RAND_B_HIGH,
    MAX_RAND_B_LOW,
  ).toString();
}

/** The milliseconds since the epoch that a UUIDv7 was made at. */
export function uuidv7Time(id: string): number {
  if (!isUuidv7(id)) throw new InvalidOptionError(`"${id}" is no UUIDv7.`);
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

function checkTime(timestampMs: number): number {
  if (!Number.isInteger(timestampMs) || timestampMs < 0 || timestampMs > MAX_TIME) {
    throw new InvalidOptionError(
      `A UUIDv7's time is a whole number of milliseconds from 0 to ${MAX_TIME}, not ${timestampMs}.`,
    );
  }
  return timestampMs;
}
