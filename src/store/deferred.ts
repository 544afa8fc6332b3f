/** A promise with its two ends in hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  /** Resolves the promise; a second time does nothing. */
  readonly resolve: (value: T) => void;
  /** Rejects the promise; a second time does nothing. */
  readonly reject: (error: unknown) => void;
}

/** `Promise.withResolvers`, which Node 20 does not have. */
export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/**
 * Waits for whichever of the promises settles first.
 *
 * @param ms how long, in milliseconds
 * @throws Error with those words where none has settled by then
 */
export async function within<T>(
  ms: number,
  words: string,
  promises: readonly Promise<T>[],
): Promise<T> {
  const late = deferred<never>();
  const timer = setTimeout(() => late.reject(new Error(words)), ms);
  try {
    return await Promise.race([...promises, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
