/**
 * A database beside the playground's, which nobody writes once it is there. Where it is gone after a
 * kill, the browser has emptied the whole origin: what is missing then, the playground did not lose.
 */
import type { Page } from "@playwright/test";

const NAME = "control";
const ROW = "written once";

/** Makes it, on a page of the origin, and resolves when it is on the disk. */
export async function makeControl(page: Page): Promise<void> {
  await page.evaluate(
    ([name, row]) =>
      new Promise<void>((resolve, reject) => {
        const fail = (error: unknown): void => reject(new Error(String(error)));
        const open = indexedDB.open(name, 1);
        open.onerror = () => fail(open.error);
        open.onupgradeneeded = () => open.result.createObjectStore("rows");
        open.onsuccess = () => {
          const tx = open.result.transaction("rows", "readwrite", { durability: "strict" });
          tx.objectStore("rows").put(row, "key");
          tx.onabort = () => fail(tx.error);
          tx.oncomplete = () => {
            open.result.close();
            resolve();
          };
        };
      }),
    [NAME, ROW] as const,
  );
}

/** Whether it holds what was written. Where it is gone it is not made: looking changes nothing. */
export async function controlIsThere(page: Page): Promise<boolean> {
  return await page.evaluate(
    ([name, row]) =>
      new Promise<boolean>((resolve, reject) => {
        const open = indexedDB.open(name);
        open.onerror = () => {
          if (open.error?.name === "AbortError") resolve(false);
          else reject(new Error(String(open.error)));
        };
        open.onupgradeneeded = () => open.transaction?.abort();
        open.onsuccess = () => {
          const get = open.result.transaction("rows").objectStore("rows").get("key");
          get.onerror = () => reject(new Error(String(get.error)));
          get.onsuccess = () => {
            open.result.close();
            resolve(get.result === row);
          };
        };
      }),
    [NAME, ROW] as const,
  );
}
