/**
 * Stands for two parts of the SDK in the bundle that nothing here uses (see vite.config.ts): its
 * experimental tasks, and its warnings about tools' names, for which this project refuses tools itself.
 */
function NoTasks(): never {
  throw new Error("The SDK's experimental tasks are left out of the page's bundle.");
}

export {
  NoTasks as ExperimentalClientTasks,
  NoTasks as ExperimentalMcpServerTasks,
  NoTasks as ExperimentalServerTasks,
};

export function validateAndWarnToolName(): boolean {
  return true;
}
