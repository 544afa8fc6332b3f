declare module "virtual:sandbox-runtime" {
  /** The worker's script, to which a tool file is added. */
  const code: string;
  export default code;
}
