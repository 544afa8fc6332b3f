/** npm runs its scripts in the package's folder, and tells where the person is. */
export function startedIn(): string {
  const { npm_package_name: name, INIT_CWD: folder } = process.env;
  return name === "durable-mcp-playground" && folder ? folder : process.cwd();
}
