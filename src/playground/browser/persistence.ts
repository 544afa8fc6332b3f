/**
 * Whether the browser keeps this site's data when its disk is full. It does so once it was asked:
 * Chromium decides by itself, Firefox asks the person.
 */

/** `unknown`: the browser does not say, as where the page was not served securely. */
export type Persistence = "kept" | "evictable" | "unknown";

const ASKED = "asked-to-keep";

export async function readPersistence(): Promise<Persistence> {
  return await ask(() => navigator.storage.persisted());
}

export async function askToKeep(): Promise<Persistence> {
  return await ask(() => navigator.storage.persist());
}

/** Asks unless the person was asked before. */
export async function askToKeepOnce(): Promise<void> {
  try {
    if (localStorage.getItem(ASKED) !== null) return;
    localStorage.setItem(ASKED, "yes");
  } catch {
    return; // Blocked site data: it would be asked at every call.
  }
  await askToKeep();
}

async function ask(question: () => Promise<boolean>): Promise<Persistence> {
  try {
    return (await question()) ? "kept" : "evictable";
  } catch {
    return "unknown";
  }
}
