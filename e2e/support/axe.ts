/** What axe finds wrong with a page. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/**
 * The serious and critical violations, each with the elements that it is about.
 *
 * @param rules those alone, where any are named
 */
export async function graveViolations(
  page: Page,
  rules: readonly string[] = [],
): Promise<[rule: string, elements: string[]][]> {
  // In the page itself: its only frames are the sandboxes, which show nothing; else each look opens a page more.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (rules.length > 0 ? axe.withRules([...rules]) : axe).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
