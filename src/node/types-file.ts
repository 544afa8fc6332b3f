/** The declarations that a tool file is checked against, beside the page in its build. */
export const TYPES_FILE = "tool-types.json";
