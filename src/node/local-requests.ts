/** Which requests are answered: those that name this machine, or a host that was allowed. */
import type { IncomingHttpHeaders } from "node:http";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Whether a host, with or without its port, is this machine's loopback or one of the allowed names. */
export function isNamed(host: string | undefined, allowed: readonly string[] = []): boolean {
  const [, name = ""] = /^(.*?)(:\d+)?$/.exec(host ?? "") ?? [];
  return [...LOOPBACK, ...allowed].includes(name);
}

/**
 * Why a request is refused; `undefined` for one that is not. A page from elsewhere whose name was made to
 * lead here names itself in `Host`, and in `Origin`.
 *
 * @param allowed names of hosts, without ports, beside the loopback's own
 */
export function refusalOf(
  { host, origin }: IncomingHttpHeaders,
  allowed: readonly string[] = [],
): string | undefined {
  if (!isNamed(host, allowed)) {
    return `The host “${host ?? ""}” is not answered here: use localhost, or allow it.`;
  }
  if (origin !== undefined && !isNamed(hostOf(origin), allowed)) {
    return `Pages from ${origin} are not answered here: allow its host.`;
  }
  return undefined;
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
