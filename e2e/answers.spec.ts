/** What a tool answers is shown as what it is, whatever that is; every byte can be taken along. */
import { readFile } from "node:fs/promises";
import { expect, test } from "./support/test.ts";
import { seededCall, writeCalls } from "./support/playground-page.ts";

/** A red point. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/** A tenth of a second of silence, and the header of a WAV file. */
const SOUND = Buffer.concat([
  Buffer.from("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00", "latin1"),
  Buffer.from("\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00", "latin1"),
]).toString("base64");
/** More than what a shown value is cut at. */
const LARGE = Buffer.alloc(30_000, 7).toString("base64");

const CONTENT = [
  { type: "text", text: "\u001b[31mred\u001b[0m pay \u202eabc" },
  { type: "image", mimeType: "image/png", data: PIXEL },
  { type: "audio", mimeType: "audio/wav", data: SOUND },
  { type: "resource_link", uri: "file:///report.pdf", name: "report", mimeType: "text/plain" },
  { type: "resource_link", uri: "https://example.com/a", name: "page" },
  { type: "resource", resource: { uri: "mem://large", mimeType: "x/y", blob: LARGE } },
  { type: "resource", resource: { uri: "mem://note", text: "a note" } },
  { type: "text", text: "" },
];

test("pictures, sounds, links and embedded resources are shown as such, and controls are seen", async ({
  page,
  playground,
}) => {
  await playground.open("/");
  const calls = [
    seededCall(1, { response: { content: CONTENT } }),
    seededCall(2, { response: { content: [] } }),
  ];
  await writeCalls(page, "playground-processing", calls);
  await page.goto(`/?call=${calls[0]?.record.id ?? ""}`);
  await playground.isUp();
  await playground.executions.getByText("The answer").click();
  const answer = playground.executions;
  await expect(answer).toContainText("␛[31mred␛[0m pay ⟨U+202E⟩abc");
  const picture = answer.getByRole("img", { name: /image content/ });
  await expect(picture).toBeVisible();
  expect(await picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);
  const sound = answer.locator("audio");
  await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.error)).toBeNull();
  // Opened by a click only; what is no address of the web is text.
  await expect(answer.getByRole("link")).toHaveCount(1);
  await expect(answer.getByRole("link")).toHaveAttribute("rel", "noreferrer noopener");
  await expect(answer).toContainText("file:///report.pdf");
  await expect(answer).toContainText("a note");
  await expect(answer).toContainText("An empty text.");
  const downloading = page.waitForEvent("download");
  await answer.getByRole("button", { name: /^Download .*resource content 6/ }).click();
  const file = await readFile(await (await downloading).path());
  expect(file.length).toBe(30_000);

  await page.goto(`/?call=${calls[1]?.record.id ?? ""}`);
  await playground.isUp();
  await playground.executions.getByText("The answer").click();
  await expect(answer).toContainText("The answer is empty");
});
