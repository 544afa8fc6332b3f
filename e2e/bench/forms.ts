/** How long the page is busy at a time while each tool of published servers is chosen and called. */
import "../../src/playground/styles.css";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { examples } from "../../src/examples/index.ts";
import { Playground } from "../../src/playground/runtime/playground.ts";
import {
  chooseEach,
  connectTo,
  showTools,
} from "../../src/playground/features/tools/test-panel.ts";

export interface FormsRow {
  readonly tools: number;
  /** The longest task that the browser reported (it reports those over 50 ms), in milliseconds; 0 for none. */
  readonly longestMs: number;
  /** The tool that was shown then. */
  readonly tool: string;
}

const lists = import.meta.glob<readonly Tool[]>("../../src/testing/tool-lists/*.json", {
  import: "default",
});

export async function callEveryTool(): Promise<FormsRow> {
  let row: FormsRow = { tools: 0, longestMs: 0, tool: "" };
  for (const load of Object.values(lists)) {
    const tools = await load();
    const playground = new Playground(examples[0]);
    await playground.open();
    const calls = await connectTo(playground, tools);
    const hide = showTools(playground);
    let shown = "";
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        if (duration > row.longestMs) row = { ...row, longestMs: duration, tool: shown };
      }
    });
    for await (const { name } of chooseEach(tools, calls)) {
      // Not the page's first tool, with which its code is loaded.
      if (shown === "") observer.observe({ entryTypes: ["longtask"] });
      shown = name;
    }
    row = { ...row, tools: row.tools + tools.length };
    observer.disconnect();
    hide();
    await playground.close();
  }
  return row;
}
