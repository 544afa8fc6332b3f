/** What runs in Node: the server of the built page. */
export { CannotServeError, requireBuild, servePage, type PageServer } from "./serve-page.ts";
export { DEFAULT_PORT, parsePort } from "./port.ts";
