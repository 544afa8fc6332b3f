import { chromium } from "playwright";
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [w, h, scheme] of [[1440, 900, "light"], [390, 844, "dark"]] as const) {
  const c = await b.newContext({ viewport: { width: w, height: h }, colorScheme: scheme });
  const p = await c.newPage();
  const log: string[] = [];
  p.on("console", (m) => ["error", "warning"].includes(m.type()) && log.push(m.text()));
  p.on("pageerror", (e) => log.push(e.message));
  await p.addInitScript(() => sessionStorage.setItem("guide", "closed"));
  await p.goto("http://localhost:9994/");
  await p.getByRole("status", { name: "Server state" }).filter({ hasText: "running" }).waitFor();
  if (w < 900) await p.getByRole("tab", { name: "Tools" }).click();
  await p.getByRole("button", { name: "Stop at chosen points…" }).click();
  await p.getByRole("checkbox", { name: /effect:after/ }).check();
  await p.screenshot({ path: `/tmp/s-${w}-dialog.png` });
  await p.getByRole("button", { name: "Stop there" }).click();
  await p.getByRole("button", { name: "Call process_payment" }).click();
  await p.getByRole("region", { name: "Stopped call" }).getByText("Stopped at").waitFor({ timeout: 20000 }).catch((e: Error) => log.push(e.message));
  await p.screenshot({ path: `/tmp/s-${w}-stopped.png` });
  console.log(w, log);
  await c.close();
}
await b.close();
