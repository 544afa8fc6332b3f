/** Where the page is found unless another port is asked for. */
export const DEFAULT_PORT = 9991;

const LAST_PORT = 65_535;

/** @throws RangeError where the text is no port's number */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port >= 1 && port <= LAST_PORT)) {
    throw new RangeError(`A port is a whole number from 1 to ${LAST_PORT}, not “${text}”.`);
  }
  return port;
}

/** Another one to try. */
export function portBeside(port: number): number {
  return port < LAST_PORT ? port + 1 : port - 1;
}
