import { readFileSync } from 'node:fs';
import { expect, type Page } from 'playwright/test';
import { parse } from 'yaml';
import { askGate } from './support/gate.ts';
import { expectAccessible } from './support/look.ts';
import { desktop, phone, pin, signIn, tablet } from './support/people.ts';
import { test } from './support/site.ts';

/**
 * The main job from end to end: a new carer learns, is quizzed, is watched, is signed off, and another system is told
 * yes; then she is paused, and it is told no. The order of the tests is the story.
 */
test.describe.configure({ mode: 'serial' });

interface Bank {
	questions: {
		id: string;
		kind: 'choice' | 'sum';
		ask: string;
		critical?: boolean;
		options?: { text: string; right?: boolean }[];
		numbers?: Record<string, number>[];
	}[];
}

const banks = [
	'role-law-accountability',
	'consent-and-capacity',
	'stock-and-storage',
	'infection-control-and-fitness',
	'rights-and-mar',
	'oral-medicines',
].map((module): Bank => parse(readFileSync(`content/modules/${module}/questions.yaml`, 'utf8')));
const questions = banks.flatMap((bank) => bank.questions);
const squash = (text: string) => text.replace(/\s+/g, ' ').trim();

test('1. Amara sees what is next, and why she may not give medicines yet', async ({ page, request }) => {
	await page.setViewportSize(phone);
	await signIn(page, 'amara.okafor');
	await expect(page.getByRole('heading', { name: 'My induction' })).toBeVisible();
	await expect(page.getByText('You may not do this yet.').first()).toBeVisible();
	await expect(page.getByText('You still have training to read').first()).toBeVisible();
	await expect(page.getByText('Your next step')).toBeVisible();
	await expect(page.getByRole('link', { name: 'Start reading' })).toBeVisible();
	expect(await askGate(request, 'amara.okafor')).toMatchObject({
		decision: false,
		context: { code: 'module_missing' },
	});
});

test('2. she reads, checks herself, leaves half way and resumes where she was', async ({ page, request }) => {
	await page.setViewportSize(phone);
	await signIn(page, 'amara.okafor');
	await page.getByRole('link', { name: 'Start reading' }).click();
	await page.getByRole('link', { name: 'Start', exact: true }).click();
	let checked = false;
	for (let turn = 0; turn < 5; turn += 1) {
		if (!checked && (await page.getByRole('heading', { name: 'Check yourself' }).isVisible())) {
			await page.getByRole('radio').first().check();
			await page.getByRole('button', { name: 'Check my answer' }).click();
			await expect(page.getByText('You chose:')).toBeVisible();
			checked = true;
		}
		await goOn(page, 'Continue');
	}
	expect(checked).toBe(true);
	const heading = await page.getByRole('heading', { level: 1 }).innerText();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();

	await signIn(page, 'amara.okafor');
	await expect(page.getByText('You have read 5 of').first()).toBeVisible();
	await page.getByRole('link', { name: 'Carry on reading' }).click();
	await page.getByRole('link', { name: 'Carry on', exact: true }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
	await readToTheEnd(page);
	for (let module = 0; module < 4; module += 1) {
		await page.getByRole('link', { name: 'Start reading' }).click();
		await page.getByRole('link', { name: 'Start', exact: true }).click();
		await readToTheEnd(page);
	}
	expect(await askGate(request, 'amara.okafor')).toMatchObject({
		decision: false,
		context: { code: 'quiz_not_passed' },
	});
});

test('3. she does not pass the quiz at first, sees what to read again, and passes', async ({ page, request }) => {
	await page.setViewportSize(phone);
	await signIn(page, 'amara.okafor');
	await page.getByRole('link', { name: 'Go to the quiz' }).click();
	await goOn(page, 'Start the quiz');
	await expectAccessible(page);
	await answerAll(page, 'wrong');
	await expect(page.getByRole('heading', { name: 'Not passed yet' })).toBeVisible();
	await expect(page.getByRole('heading', { name: 'Pages to read again' })).toBeVisible();
	await expectAccessible(page);
	expect(await askGate(request, 'amara.okafor')).toMatchObject({
		decision: false,
		context: { code: 'quiz_not_passed' },
	});

	await page.getByRole('link', { name: 'Try again when you are ready' }).click();
	await goOn(page, 'Start the quiz');
	await answerAll(page, 'right');
	await expect(page.getByRole('heading', { name: 'You have passed the quiz' })).toBeVisible();
	await page.getByRole('link', { name: 'See what is next' }).click();
	await expect(page.getByRole('heading', { name: 'Be watched on a real round' })).toBeVisible();
	expect(await askGate(request, 'amara.okafor')).toMatchObject({
		decision: false,
		context: { code: 'observations_short' },
	});
});

test('4. Ben watches a round, and both sign with their own PIN', async ({ page, request }) => {
	await page.setViewportSize(tablet);
	await signIn(page, 'ben.whitfield');
	await page.getByRole('button', { name: 'Start a round with Amara Okafor' }).click();
	await expect(page.getByRole('heading', { name: 'Round with Amara Okafor' })).toBeVisible();

	// Nothing answered: the lines are named, and nothing is lost.
	await page.getByRole('button', { name: 'Go to signatures' }).click();
	await expect(page.getByRole('alert')).toContainText('There is a problem');
	for (const line of await page.locator('fieldset.criterion').all())
		await line.getByRole('radio', { name: 'Yes' }).check();
	await page.getByLabel('People supported').fill('9');
	await page.getByLabel('Doses given').fill('31');
	await page.getByLabel('Doses declined').fill('1');
	await page.getByRole('button', { name: 'Save and finish later' }).click();
	await page.getByRole('link', { name: /Round with Amara/ }).click();
	await expect(page.getByLabel('Doses given')).toHaveValue('31');
	await page.getByRole('button', { name: 'Go to signatures' }).click();
	await expect(page.getByText('This round is passed, once you both sign')).toBeVisible();
	await expectAccessible(page);

	const [mine, hers] = [/^Ben Whitfield: your PIN/, /^Amara Okafor: your PIN/];
	await page.getByRole('textbox', { name: mine }).fill(pin);
	await page.getByRole('textbox', { name: hers }).fill('000000');
	await page.getByRole('button', { name: 'Sign and save the round' }).click();
	await expect(page.getByRole('alert')).toContainText('not the right PIN');
	await page.getByRole('textbox', { name: mine }).fill(pin);
	await page.getByRole('textbox', { name: hers }).fill(pin);
	await page.getByRole('button', { name: 'Sign and save the round' }).click();
	await expect(page.getByText('Signed and saved: this round is passed')).toBeVisible();
	await expectAccessible(page);
	expect(await askGate(request, 'amara.okafor')).toMatchObject({
		decision: false,
		context: { code: 'sign_off_missing' },
	});
});

test('5. Grace sees what she grants, signs off, and finds it in the matrix', async ({ page, request }) => {
	await page.setViewportSize(desktop);
	await signIn(page, 'grace.mensah');
	await expect(page.getByRole('heading', { name: 'Rose House' })).toBeVisible();
	const row = page.getByRole('row', { name: /Amara Okafor/ });
	// The matrix has a column for each privilege: hers for medicines by mouth.
	const cell = row.locator('a[href$="/administer-oral"]');
	await expect(cell).toContainText('Ready for sign-off');
	await cell.click();
	await page.getByRole('link', { name: 'Sign off', exact: true }).click();
	const nextYear = new Date().getFullYear() + 1;
	await expect(page.getByText('12 months from')).toBeVisible();
	const save = page.getByRole('button', { name: new RegExp(`Sign off until .* ${nextYear}`) });
	await save.click();
	await expect(page.getByText('Yes, may do this alone')).toBeVisible();

	await page.getByRole('link', { name: 'Matrix' }).first().click();
	await expect(cell).toContainText('Competent');
	await cell.click();
	await expect(page.getByRole('rowheader', { name: 'Observed round' })).toHaveCount(3);
	await page.goBack();

	const lastMonth = new Date(Date.now() - 33 * 86_400_000).toISOString().slice(0, 10);
	await page.getByText('Another day, a privilege, a role or a name').click();
	await page.getByLabel('As at the end of').fill(lastMonth);
	await page.getByRole('button', { name: 'Show' }).click();
	await expect(page.getByText('Who was competent on')).toBeVisible();
	await expect(page.getByRole('row', { name: /Owen Price/ })).toContainText('Competent');
	await expect(row).toContainText('Not started');

	const downloading = page.waitForEvent('download');
	await page.getByRole('link', { name: 'Download as CSV' }).click();
	const csv = readFileSync(await (await downloading).path(), 'utf8');
	expect(csv).toMatch(/^amara\.okafor,Amara Okafor,carer,.*Not started/m);
	await page.emulateMedia({ media: 'print' });
	await expect(page.getByRole('button', { name: 'Sign out' })).toBeHidden();

	const answer = await askGate(request, 'amara.okafor');
	expect(answer).toMatchObject({ decision: true, context: { code: 'competent' } });
	expect(answer.context.valid_until?.slice(0, 4)).toBe(String(nextYear));
});

test('6. Grace pauses her, and the very next answer is no', async ({ page, request }) => {
	await page.setViewportSize(desktop);
	await signIn(page, 'grace.mensah');
	await page
		.getByRole('row', { name: /Amara Okafor/ })
		.locator('a[href$="/administer-oral"]')
		.click();
	await page.getByRole('link', { name: 'Pause while we review' }).click();
	await page.getByRole('button', { name: 'Pause now' }).click();
	await expect(page.getByRole('alert')).toContainText('Choose a reason');
	await page.getByRole('radio', { name: 'We are reviewing something that happened' }).check();
	await page.getByRole('button', { name: 'Pause now' }).click();
	await expect(page.getByRole('link', { name: 'Lift the pause' })).toBeVisible();
	expect(await askGate(request, 'amara.okafor')).toMatchObject({ decision: false, context: { code: 'paused_review' } });

	await page.getByRole('link', { name: 'Lift the pause' }).click();
	await page.getByRole('button', { name: 'Lift the pause' }).click();
	await expect(page.getByRole('alert')).toContainText('Choose what happens first');
	await page.getByRole('radio', { name: 'Give it back now' }).check();
	await page.getByLabel('What did the review find?').fill('Nothing to change');
	await page.getByRole('button', { name: 'Lift the pause' }).click();
	await expect(page.getByText('Yes, may do this alone')).toBeVisible();
	expect(await askGate(request, 'amara.okafor')).toMatchObject({ decision: true });
});

/** Presses a button that leads to another page, and waits for that page. */
async function goOn(page: Page, name: string): Promise<void> {
	const button = page.getByRole('button', { name });
	await expect(button).toBeEnabled();
	const shown = await page.locator('main').innerText();
	await button.click();
	await expect.poll(() => page.locator('main').innerText()).not.toBe(shown);
}

async function readToTheEnd(page: Page): Promise<void> {
	for (let turn = 0; turn < 25; turn += 1) {
		await expect(page.getByRole('button', { name: /Continue|Finish this module/ })).toBeEnabled();
		if (await page.getByRole('button', { name: 'Finish this module' }).isVisible())
			return goOn(page, 'Finish this module');
		await goOn(page, 'Continue');
	}
	throw new Error('the module has no end');
}

async function answerAll(page: Page, how: 'right' | 'wrong'): Promise<void> {
	for (let turn = 0; turn < 40; turn += 1) {
		await expect(page.getByRole('button', { name: /Save and continue|Hand in/ })).toBeEnabled();
		if (await page.getByRole('button', { name: 'Hand in my answers' }).isVisible()) break;
		const main = squash(await page.locator('main').innerText());
		const isShown = (ask: string) => main.includes(squash(ask));
		const asked = questions.find(
			(each) => isShown(each.ask) || each.numbers?.some((numbers) => isShown(fill(each.ask, numbers))),
		);
		if (!asked) throw new Error(`no question of the bank is on the page: ${main}`);
		if (asked.kind === 'choice') {
			const option = asked.options?.find((each) => Boolean(each.right) === (how === 'right'));
			await page.getByRole('radio', { name: squash(option?.text ?? ''), exact: true }).check();
		} else {
			const set = asked.numbers?.find((numbers) => isShown(fill(asked.ask, numbers)));
			await page.getByRole('textbox').fill(how === 'right' ? String(set?.answer) : '999');
		}
		await goOn(page, 'Save and continue');
	}
	await page.getByRole('button', { name: 'Hand in my answers' }).click();
	await expect(page.getByRole('heading', { level: 1, name: /pass/i })).toBeVisible();
}

function fill(text: string, numbers: Record<string, number>): string {
	return text.replace(/\{(\w+)\}/g, (_, name) => String(numbers[name]));
}
