import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from 'playwright/test';

/** Fails on what axe calls serious or critical, and where a page is wider than its screen. */
export async function expectAccessible(page: Page): Promise<void> {
	await expectNoFinding(new AxeBuilder({ page }));
	expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
}

/** The part of it that other colours can change. */
export async function expectReadableColours(page: Page): Promise<void> {
	await expectNoFinding(new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']));
}

async function expectNoFinding(axe: AxeBuilder): Promise<void> {
	const findings = await axe.analyze();
	const serious = findings.violations.filter((each) => ['serious', 'critical'].includes(each.impact ?? ''));
	expect(serious.map((each) => `${each.id}: ${each.nodes[0]?.html}`)).toEqual([]);
}

/** What a fresh visit to a page transfers in scripts, in kB, as it comes over the wire. */
export async function scriptWeight(page: Page, address: string): Promise<number> {
	const session = await page.context().newCDPSession(page);
	await session.send('Network.enable');
	await session.send('Network.setCacheDisabled', { cacheDisabled: true });
	await page.goto(address, { waitUntil: 'networkidle' });
	const bytes = await page.evaluate(() =>
		performance
			.getEntriesByType('resource')
			.filter((entry): entry is PerformanceResourceTiming => entry.name.endsWith('.js'))
			.reduce((sum, entry) => sum + entry.encodedBodySize, 0),
	);
	return bytes / 1000;
}
