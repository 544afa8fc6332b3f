/** What `pg` and PostgreSQL report, and what is to be done about it. */
import { StoreError, StoreQuotaError, StoreUnavailableError } from "../errors.ts";

interface Reported {
  readonly code: string | undefined;
  readonly message: string;
}

function reported(error: unknown): Reported {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return {
    code: typeof code === "string" ? code : undefined,
    message: typeof message === "string" && message !== "" ? message : String(error),
  };
}

/** Two transactions met, and one was rolled back; the last is an overtaken insert's, see `maps.ts`. */
const CONFLICTS = new Set(["40001", "40P01", "22012"]);

/** Made at the same time as another server made the same. */
const MADE_TWICE = new Set(["23505", "42P06", "42P07"]);

/** Classes and codes of a server that cannot be reached, is ending, starting, or no primary any more. */
const LOST =
  /^(08\w{3}|57P0[1-5]|25006|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const LOST_WORDS =
  /connection terminated|connection timeout|timeout expired|client has encountered a connection error|query read timeout|not queryable|timeout exceeded when trying to connect/i;

/** What to do after an error: run it again at once, when the server can be reached again, or not at all. */
export type Remedy = "again" | "reconnect" | "none";

export function remedyOf(error: unknown): Remedy {
  if (error instanceof StoreError) return "none";
  const { code, message } = reported(error);
  if (code !== undefined && CONFLICTS.has(code)) return "again";
  if (code !== undefined && LOST.test(code)) return "reconnect";
  return LOST_WORDS.test(message) ? "reconnect" : "none";
}

export function isMadeTwice(error: unknown): boolean {
  const { code } = reported(error);
  return code !== undefined && MADE_TWICE.has(code);
}

/** @param where names the database, without its password */
export function toStoreError(error: unknown, where: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const { code = "", message } = reported(error);
  const cause = { cause: error };
  const said = `${message}${code && !message.includes(code) ? ` (${code})` : ""}`;
  switch (code) {
    case "28P01":
    case "28000":
      return new StoreUnavailableError(
        `${where} does not let this user in: ${said}. Check the user and the password in the address.`,
        cause,
      );
    case "3D000":
      return new StoreUnavailableError(
        `${where} has no such database: ${said}. Make it (createdb), or name another in the address.`,
        cause,
      );
    case "42501":
      return new StoreUnavailableError(
        `${where} does not let this user do it: ${said}. Grant it CREATE on the database, or have the ` +
          `schema made for it and grant it ALL on that.`,
        cause,
      );
    case "53100":
    case "53200":
      return new StoreQuotaError(
        `${where} has no room left: ${said}. Nothing was written. Make room on its disk, and call again.`,
        cause,
      );
    default:
  }
  if (remedyOf(error) === "reconnect") {
    return new StoreUnavailableError(
      `${where} cannot be reached: ${said}. Check that it runs, and that the address is right.`,
      cause,
    );
  }
  // What no driver reports is a fault of ours, and stays what it is.
  return code === "" ? error : new StoreError(`${where} refused a statement: ${said}.`, cause);
}
