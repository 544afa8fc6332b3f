/** The store's own errors for what IndexedDB throws. */
import {
  StoreAbortedError,
  StoreClosedError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
  UnstorableValueError,
} from "../errors.ts";

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}

/**
 * The store's own error for one that IndexedDB threw; any other error is given back as it is.
 *
 * @param size how much was to be written, in bytes
 */
export function toStoreError(error: unknown, size?: number): unknown {
  const options = { cause: error };
  const detail = error instanceof Error ? error.message : String(error);
  switch (nameOf(error)) {
    case "QuotaExceededError":
      return new StoreQuotaError(
        "The browser's storage for this site is full, so nothing was written. " +
          "Wipe an example's data or free disk space, then retry.",
        options,
      );
    case "DataCloneError":
      return new UnstorableValueError(`The value cannot be stored: ${detail}`, options);
    case "VersionError":
      return new StoreVersionError(
        "This database was made by a newer version of the playground. " +
          "Reload the page to get that version; nothing was changed.",
        options,
      );
    case "AbortError":
      return new StoreAbortedError(
        `The browser rolled the transaction${size === undefined ? "" : ` of ${inMebibytes(size)} MiB`} ` +
          "back and gave no reason; nothing was written. It does so with what is too large for one " +
          "transaction: write smaller values, or fewer at once. Otherwise retry.",
        options,
      );
    case "SecurityError":
      return unavailable(error);
    case "InvalidStateError":
      return new StoreClosedError(
        "The connection to the database is closed. Reload the page; what was committed is kept.",
        options,
      );
    default:
      return error;
  }
}

export function unavailable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    "This browser does not let the page use IndexedDB, where the playground keeps everything. " +
      "Leave the private window, or allow site data for this address, then reload.",
    { cause },
  );
}

/** The browser cannot open what it has on the disk. */
export function broken(cause: unknown): StoreUnavailableError {
  const why = cause instanceof Error ? ` (${cause.message})` : "";
  return new StoreUnavailableError(
    `The browser cannot open its storage for this site${why}. In a private window, leave it. ` +
      "Otherwise close the browser and open it again; if that does not help, its files are damaged, " +
      "and deleting this address's site data makes new ones.",
    { cause },
  );
}

function inMebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
