/** Stands for Ajv in the bundle (see vite.config.ts): client and server are given another validator. */
export default function Ajv(): never {
  throw new Error("Ajv is left out: pass a CfWorkerJsonSchemaValidator to the client or server.");
}

export { Ajv };
