/** What a person set, beside what servers keep: it is no part of the port, and a wipe leaves it. */
import type { Connection } from "./connection.ts";
import { transact } from "./database.ts";

export interface SettingStore {
  /** `undefined` where it was never written. */
  readSetting(key: string): Promise<unknown>;
  /** Keeps a value that can be cloned, in place of what stood under the key. */
  writeSetting(key: string, value: unknown): Promise<void>;
}

/** @param changed called after each write */
export function settingTable({ db }: Connection, changed: () => void): SettingStore {
  return {
    async readSetting(key) {
      return await transact(db, ["settings"], "readonly", {}, (tx) =>
        tx.objectStore("settings").get(key),
      );
    },

    async writeSetting(key, value) {
      await transact(db, ["settings"], "readwrite", {}, (tx) => {
        const writing = tx.objectStore("settings").put(value, key);
        // At once: it holds though the page is left right after a click.
        tx.commit();
        return writing;
      });
      changed();
    },
  };
}
