/** What the browser itself loses is told in words, by name, until it was read; what a person wipes is not. */
import type { Page } from "@playwright/test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { graveViolations } from "./support/axe.ts";
import { newProfile } from "./support/kept-profile.ts";
import { PlaygroundPage } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const STORE = "playground-processing";
const LEDGER = `${STORE}-ledger`;

/** Leaves the example for another, and deletes databases of it behind the playground's back. */
async function loseDatabases(page: Page, ...names: readonly string[]): Promise<void> {
  await page.goto("/?example=audit");
  await page.evaluate(async (names) => {
    const lose = (name: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = () => resolve();
        request.onblocked = () => reject(new Error(`${name} is open.`));
        request.onerror = () => reject(new Error(String(request.error)));
      });
    await Promise.all(names.map(lose));
  }, names);
}

async function pay(playground: PlaygroundPage): Promise<void> {
  await playground.press("Call process_payment");
  await playground.callIs("completed");
}

/** As a power cut or a failing disk leaves it: Chromium finds it damaged, and empties the whole origin. */
function damageStorage(profile: string): void {
  const folder = join(profile, "Default", "IndexedDB");
  let damaged = 0;
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/MANIFEST-\d+$/.test(path)) continue;
    writeFileSync(join(folder, path), "no manifest");
    damaged += 1;
  }
  expect(damaged, "storages damaged").toBe(1);
}

test("storage that Chromium finds damaged and empties is told of each example that had data", async ({
  baseURL,
}) => {
  const profile = newProfile(baseURL);
  try {
    const { context, page: first } = await profile.launch();
    const before = new PlaygroundPage(first);
    await before.open("/?example=steps");
    await before.press("Call create_user_with_profile");
    await before.callIs("completed");
    await before.open("/");
    await pay(before);
    await pay(before);
    await context.close();
    damageStorage(profile.folder);

    const { page } = await profile.launch();
    const after = new PlaygroundPage(page);
    await after.open();
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("The browser lost this example’s data.");
    await expect(alert).toContainText(`${STORE} (calls, guards, maps, saved calls and settings)`);
    await expect(alert).toContainText(`${LEDGER} (the ledger of what really happened outside)`);
    await expect(alert).toContainText("2 calls had been made");
    await expect(alert).toContainText("emptied them (“IndexedDB (database was corrupt)");
    await expect(alert).toContainText("a retry of an earlier call would do its effects again");

    // Of the others the browser says nothing: the note does.
    await after.open("/?example=steps");
    await expect(alert).toContainText("playground-steps (calls");
    await expect(alert).toContainText("playground-steps-ledger (the ledger");
    await expect(alert).toContainText("One call had been made");
    await expect(alert).toContainText("It does not say which.");
    await after.open("/?example=audit");
    await expect(alert).toBeHidden();
  } finally {
    await profile.remove();
  }
});

test("databases that are gone, by whatever, are told until it was read", async ({
  page,
  playground,
}) => {
  await playground.open();
  await pay(playground);
  await loseDatabases(page, STORE, LEDGER);
  await playground.open();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The browser lost this example’s data.");
  await expect(alert).toContainText("One call had been made");
  await expect(page.getByText("No calls yet.")).toBeVisible();

  // It stays though new calls are made.
  await pay(playground);
  await page.reload();
  await playground.isUp();
  await expect(alert).toContainText("The browser lost this example’s data.");
  await playground.press("Dismiss");
  await expect(alert).toBeHidden();
  await page.reload();
  await playground.isUp();
  await expect(playground.calls).toHaveCount(1);
  await expect(alert).toBeHidden();
});

for (const { lost, title, meaning } of [
  {
    lost: LEDGER,
    title: "The browser lost this example’s ledger.",
    meaning: "The guards are still there and protect as before.",
  },
  {
    lost: STORE,
    title: "The browser lost this example’s calls, guards and maps.",
    meaning: "look in the ledger, which is still there",
  },
]) {
  test(`${lost} is told alone`, async ({ page, playground }) => {
    await playground.open();
    await pay(playground);
    await loseDatabases(page, lost);
    await playground.open();
    const alert = page.getByRole("alert");
    await expect(alert).toContainText(title);
    await expect(alert).toContainText(meaning);
    await expect(alert).toContainText(`Gone is the database ${lost} (`);
  });
}

test("a first visit, and what the person wiped, are no loss", async ({ page, playground }) => {
  const alert = page.getByRole("alert");
  await playground.open();
  await expect(alert).toBeHidden();
  await loseDatabases(page, STORE, LEDGER);
  await playground.open();
  await expect(alert).toBeHidden();
  await pay(playground);
  await playground.menu("Wipe…");
  await playground.press("Wipe everything");
  await expect(page.getByText("No calls yet.")).toBeVisible();
  await playground.isUp();
  await loseDatabases(page, STORE, LEDGER);
  await playground.open();
  await expect(page.getByText("No calls yet.")).toBeVisible();
  await expect(alert).toBeHidden();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the notice is read and used on a narrow page, too (${colorScheme})`, async ({
    page,
    playground,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await playground.open();
    await pay(playground);
    await loseDatabases(page, STORE, LEDGER);
    await page.setViewportSize({ width: 390, height: 844 });
    await playground.open();
    await expect(page.getByRole("alert")).toContainText("The browser lost");
    expect(await graveViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    // The tools are still in sight below it.
    await expect(page.getByRole("combobox", { name: "Tool", exact: true })).toBeInViewport();
    await page.getByRole("button", { name: "Dismiss" }).focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toBeHidden();
  });
}

test("the browser is asked to keep the data after the first call, once, and again on request", async ({
  page,
  playground,
}) => {
  await page.addInitScript(() => {
    let kept = false;
    const count = (): number => Number(sessionStorage.getItem("asked") ?? "0");
    const storage = {
      persisted: () => Promise.resolve(kept),
      persist: () => {
        sessionStorage.setItem("asked", String(count() + 1));
        kept = count() > 2;
        return Promise.resolve(kept);
      },
    };
    Object.defineProperty(navigator, "storage", { value: storage });
  });
  const asked = (): Promise<string | null> => page.evaluate(() => sessionStorage.getItem("asked"));
  await playground.open();
  expect(await asked()).toBeNull();
  await pay(playground);
  await expect.poll(asked).toBe("1");
  await page.reload();
  await playground.isUp();
  await pay(playground);
  await playground.menu("Settings…");
  const dialog = page.getByRole("dialog", { name: "Settings of this example" });
  await expect(dialog).toContainText("may delete the data by itself when the disk is full.");
  expect(await asked()).toBe("1");
  const ask = dialog.getByRole("button", { name: "Ask it to keep the data" });
  await ask.click();
  await expect(dialog).toContainText("It was asked to keep it and did not agree.");
  await ask.click();
  await expect(dialog).toContainText("This browser keeps the data until you delete it.");
  await expect(ask).toBeHidden();
});
