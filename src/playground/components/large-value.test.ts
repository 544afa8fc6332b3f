/** A large value: what is not seen has a sign there, too. Runs in a browser. */
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { expect, it } from "vitest";
import LargeValue from "./large-value.tsx";

it("controls, a carriage return and what turns the direction of text are seen", async () => {
  const host = document.createElement("div");
  document.body.append(host);
  const root = createRoot(host);
  const text = "a\0b \u001b[31m \u202e \u2068 end\r\nnext \u{1f469}\u200d\u{1f680}";
  root.render(createElement(LargeValue, { label: "it", text, isJson: false }));
  const shown = (): string[] =>
    [...host.querySelectorAll("div")]
      .flatMap(({ shadowRoot }) => [...(shadowRoot?.querySelectorAll(".cm-line") ?? [])])
      .map(({ textContent }) => textContent);
  await expect
    .poll(shown)
    .toEqual([
      "a\u2400b \u241b[31m \u27e8U+202E\u27e9 \u27e8U+2068\u27e9 end\u240d",
      "next \u{1f469}\u200d\u{1f680}",
    ]);
  root.unmount();
  host.remove();
});
