import { InvalidOptionError } from "./errors.ts";

/** How often, and after which delays, a guard tries its callable in one execution. */
export interface RetryPolicy {
  /** How often a callable is entered in one execution before its error is thrown; 1 means no retry. */
  readonly maxAttempts: number;
  /** The delay before the second attempt, in milliseconds. */
  readonly initialDelayMs: number;
  /** By how much each delay is longer than the one before. */
  readonly factor: number;
  /** Draw each delay between its half and its whole, so that callers do not come back together. */
  readonly jitter: boolean;
}

/** Three attempts, 100 ms and 200 ms apart, each delay shortened by a random part. */
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 3,
  initialDelayMs: 100,
  factor: 2,
  jitter: true,
};

/** @throws InvalidOptionError naming the invalid field */
export function retryPolicy(...given: (Partial<RetryPolicy> | undefined)[]): RetryPolicy {
  const policy: RetryPolicy = Object.assign({}, defaultRetryPolicy, ...given) as RetryPolicy;
  if (!Number.isInteger(policy.maxAttempts) || policy.maxAttempts < 1) {
    throw new InvalidOptionError(
      `retryPolicy.maxAttempts must be a positive integer, not ${policy.maxAttempts}.`,
    );
  }
  for (const name of ["initialDelayMs", "factor"] as const) {
    if (!Number.isFinite(policy[name]) || policy[name] < 0) {
      throw new InvalidOptionError(
        `retryPolicy.${name} must be a number of 0 or more, not ${policy[name]}.`,
      );
    }
  }
  return policy;
}

/** The delay after attempt `attempt` (1, 2, …), in milliseconds. */
export function backoffMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  const whole = policy.initialDelayMs * policy.factor ** (attempt - 1);
  return Math.round(policy.jitter ? whole * (0.5 + random() / 2) : whole);
}
