import { type BrowserContext, expect, type Locator, type Page } from 'playwright/test';
import { expectAccessible } from './support/look.ts';
import { desktop, phone, signIn } from './support/people.ts';
import { test } from './support/site.ts';

let emar = '';
test.beforeAll(({ site }) => {
	emar = site.emar;
});

function dose(page: Page, medicine: string): Locator {
	return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: medicine }) });
}

async function sign(page: Page, medicine: string): Promise<void> {
	await dose(page, medicine).getByRole('button', { name: 'Sign as given' }).click();
}

async function onTheTrolley(page: Page, who: string, beside = ''): Promise<void> {
	await page.goto(`${emar}/?${new URLSearchParams({ who, beside })}`);
}

/** The manager's page, on which the pause of somebody's privilege needs only to be saved. */
async function aboutToPause(context: BrowserContext, name: string, privilege: string): Promise<Page> {
	const office = await context.newPage();
	await signIn(office, 'grace.mensah');
	await office.getByRole('row', { name }).locator(`a[href$="/${privilege}"]`).click();
	await office.getByRole('link', { name: 'Pause while we review' }).click();
	await office.getByRole('radio', { name: 'We are reviewing something that happened' }).check();
	return office;
}

test('the example eMAR asks before each dose, and says in plain words why not', async ({ page }) => {
	await page.setViewportSize(phone);
	await onTheTrolley(page, 'danny.hughes');
	await expect(page.getByText('Connected.')).toBeVisible();
	await sign(page, 'Paracetamol');
	const refused = dose(page, 'Paracetamol');
	await expect(refused).toContainText('Not signed');
	await expect(refused).toContainText('Danny Hughes');
	await expect(refused).toContainText('No, says Countersign (expired');
	await expect(refused).toContainText(/May do this now: .*Tomasz Nowak/);

	await onTheTrolley(page, 'tomasz.nowak');
	await sign(page, 'Paracetamol');
	await expect(dose(page, 'Paracetamol')).toContainText('by Tomasz Nowak');
	await expect(dose(page, 'Paracetamol').getByRole('button')).toHaveCount(0);
	await expectAccessible(page);

	await onTheTrolley(page, 'ben.whitfield');
	await sign(page, 'Morphine');
	await expect(dose(page, 'Morphine')).toContainText('(witness_missing');
	await expect(dose(page, 'Morphine')).toContainText(/May witness now: .*Margaret Doyle/);
	await page.getByLabel('Who is beside you?').selectOption('Margaret Doyle');
	await expect(page).toHaveURL(/beside=margaret.doyle/);
	await sign(page, 'Morphine');
	await expect(dose(page, 'Morphine')).toContainText('by Ben Whitfield, witnessed by Margaret Doyle');
	await expectAccessible(page);
	await page.emulateMedia({ colorScheme: 'dark' });
	await page.setViewportSize(desktop);
	await expectAccessible(page);
});

test('a pause in Countersign is on the trolley without anybody reloading, and holds', async ({ page, context }) => {
	await onTheTrolley(page, 'margaret.doyle');
	await expect(page.getByRole('alert')).toHaveCount(0);
	const office = await aboutToPause(context, 'Margaret Doyle', 'administer-eye-ear-nose');
	const clicked = performance.now();
	const shown = page.getByRole('alert').waitFor();
	await office.getByRole('button', { name: 'Pause now' }).click();
	await shown;
	console.log(`The trolley shows a pause ${Math.round(performance.now() - clicked)} ms after the manager's click.`);
	await expect(office.getByRole('link', { name: 'Lift the pause' })).toBeVisible();
	await expect(page.getByRole('alert')).toContainText('Margaret Doyle, eye, ear and nose medicines: is paused.');
	await sign(page, 'Hypromellose');
	await expect(dose(page, 'Hypromellose')).toContainText('(paused_review');
	await expectAccessible(page);
});

test('without a network the round goes on by the signed list; without a list a time-critical medicine is written down', async ({
	browser,
}) => {
	const context = await browser.newContext({ javaScriptEnabled: false, viewport: phone });
	const page = await context.newPage();
	await onTheTrolley(page, 'tomasz.nowak');
	await page.getByText('Try what happens').click();
	await page.getByRole('button', { name: 'Unplug the network' }).click();
	await expect(page.getByRole('status').first()).toContainText(
		/No network: working from the list of \d\d:\d\d, good until \d\d:\d\d/,
	);
	await sign(page, 'Amoxicillin');
	await expect(dose(page, 'Amoxicillin')).toContainText('Yes, says the signed list');
	await onTheTrolley(page, 'danny.hughes');
	await sign(page, 'Co-careldopa');
	await expect(dose(page, 'Co-careldopa')).toContainText('No, says the signed list');
	await expect(page.getByRole('button', { name: 'Give without an answer' })).toHaveCount(0);

	await onTheTrolley(page, 'tomasz.nowak');
	await page.getByRole('button', { name: 'Lose the list' }).click();
	await expect(page.getByRole('status').first()).toContainText('No network and no list');
	await sign(page, 'Co-careldopa');
	await expect(dose(page, 'Co-careldopa')).toContainText('We could not check just now');
	await page.getByLabel('Why can it not wait?').fill('Parkinson’s, already ten minutes late');
	await page.getByRole('button', { name: 'Give without an answer' }).click();
	const written = page.getByRole('listitem').filter({ hasText: 'Given without an answer' });
	await expect(written).toContainText('by Tomasz Nowak. Why: “Parkinson’s, already ten minutes late”');

	// What is reported meanwhile waits, and goes by itself when there is a network again; so does the question.
	const paracetamol = dose(page, 'Paracetamol');
	await paracetamol.getByText('Report a problem').click();
	await paracetamol.getByLabel('What happened?').selectOption('A dose was missed');
	await paracetamol.getByRole('button', { name: 'Report it' }).click();
	const reported = page.getByRole('listitem').filter({ hasText: 'A dose was missed: Paracetamol' });
	await expect(reported).toContainText('Not sent yet');

	await page.getByRole('button', { name: 'Plug the network in' }).click();
	await expect(page.getByText('Connected.')).toBeVisible();
	await expect(reported).toContainText('Countersign has it.');
	await expect(dose(page, 'Amoxicillin')).toContainText(/Asked again at \d\d:\d\d: Yes, says Countersign/);
	await page.getByText('Try what happens').click();
	await page.getByRole('button', { name: 'Start the round again' }).click();
	await expect(page.getByText('Nothing yet. Sign a dose above.')).toBeVisible();
	await context.close();
});

test('what was signed by the list and should not have been is shown to whoever is there, for the manager', async ({
	page,
	context,
}) => {
	await onTheTrolley(page, 'margaret.doyle');
	await page.getByText('Try what happens').click();
	await page.getByRole('button', { name: 'Start the round again' }).click();
	await page.getByText('Try what happens').click();
	await page.getByRole('button', { name: 'Unplug the network' }).click();
	await sign(page, 'Paracetamol');
	await expect(dose(page, 'Paracetamol')).toContainText('Yes, says the signed list');
	const office = await aboutToPause(context, 'Margaret Doyle', 'administer-oral');
	await office.getByRole('button', { name: 'Pause now' }).click();
	await expect(office.getByRole('link', { name: 'Lift the pause' })).toBeVisible();
	await page.getByRole('button', { name: 'Plug the network in' }).click();
	await expect(page.getByRole('alert')).toContainText(
		/Paracetamol 500 mg, 2 tablets, given by Margaret Doyle at \d\d:\d\d without a network: Countersign now says no\. Tell the manager now\./,
	);
	await expect(dose(page, 'Paracetamol')).toContainText(/For the manager. Asked again at \d\d:\d\d: No/);
	// The next round does not hide it: it stays until somebody says that the manager knows.
	await page.getByText('Try what happens').click();
	await page.getByRole('button', { name: 'Start the round again' }).click();
	await expect(page.getByText('Nothing yet. Sign a dose above.')).toBeVisible();
	const wrong = page.getByText(/^Paracetamol 500 mg, 2 tablets, given by Margaret Doyle/);
	await expect(wrong).toBeVisible();
	await expectAccessible(page);
	await page.getByRole('button', { name: 'The manager has been told about Paracetamol' }).click();
	await expect(wrong).toBeHidden();
	await expect(page.getByText('Connected.')).toBeVisible();
	await expectAccessible(page);
});
