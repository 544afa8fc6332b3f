/** Stands for zod 3 and its converter in the bundle (see vite.config.ts): schemas here are zod 4's. */

export function object(): never {
  throw new Error("Zod 3 is left out: use a schema of zod 4.");
}

export const zodToJsonSchema = object;
