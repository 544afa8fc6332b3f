/** The languages of zod's messages in the sandbox: all of them would double the script that each worker runs. */
export { default as en } from "zod/v4/locales/en.js";
