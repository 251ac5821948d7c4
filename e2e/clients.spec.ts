import { type APIRequestContext, expect } from 'playwright/test';
import { expectAccessible } from './support/look.ts';
import { phone, signIn } from './support/people.ts';
import { test } from './support/site.ts';

async function tokenWith(request: APIRequestContext, clientId: string, secret: string) {
	const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
	return request.post('/oauth/token', { headers: { authorization }, form: { grant_type: 'client_credentials' } });
}

test('a manager registers a system without JavaScript, changes its secret and switches it off: each holds at once', async ({
	browser,
	request,
}) => {
	const context = await browser.newContext({ javaScriptEnabled: false, viewport: phone });
	const page = await context.newPage();
	await signIn(page, 'grace.mensah');
	await page.goto('/settings');
	await page.getByRole('link', { name: 'Connected systems' }).click();
	await expect(page.getByRole('row', { name: /Demonstration eMAR/ })).toContainText('On');
	await page.getByRole('link', { name: 'Register a system' }).click();
	await page.getByLabel('What is it called?').fill('Oakfield eMAR');
	await page.getByLabel('Questions a second').fill('lots');
	await page.getByRole('button', { name: 'Register' }).click();
	await expect(page.getByRole('alert')).toContainText('whole number');
	await expect(page.getByLabel('What is it called?')).toHaveValue('Oakfield eMAR');
	await page.getByLabel('Questions a second').fill('20');
	await page.getByRole('button', { name: 'Register' }).click();
	await expect(page.getByRole('heading', { name: 'Oakfield eMAR is registered' })).toBeVisible();
	const shown = page.locator('pre');
	const [clientId = '', secret = ''] = [await shown.nth(0).innerText(), await shown.nth(1).innerText()];

	const first = await tokenWith(request, clientId, secret);
	expect(first.status()).toBe(200);
	const { access_token } = await first.json();
	const ask = () =>
		request.post('/access/v1/evaluation', {
			headers: { authorization: `Bearer ${access_token}` },
			data: {
				subject: { type: 'staff', id: 'ben.whitfield' },
				action: { name: 'administer-oral' },
				resource: { type: 'site', id: 'rose-house' },
			},
		});
	expect((await ask()).status()).toBe(200);

	await page.getByRole('link', { name: 'Go to Oakfield eMAR' }).click();
	await expect(page.getByText(secret)).toHaveCount(0);
	await page.getByRole('button', { name: 'Make a new secret' }).click();
	await expect(page.getByRole('heading', { name: /shown this once/ })).toBeVisible();
	const newer = await shown.nth(1).innerText();
	for (const each of [secret, newer]) expect((await tokenWith(request, clientId, each)).status()).toBe(200);
	await page
		.getByRole('button', { name: /End now/ })
		.first()
		.click();
	expect((await tokenWith(request, clientId, secret)).status()).toBe(401);
	expect((await tokenWith(request, clientId, newer)).status()).toBe(200);

	await page.getByRole('button', { name: 'Switch it off now' }).click();
	await expect(page.getByRole('alert')).toContainText('Say why');
	await page.getByLabel('Why do you switch it off?').fill('The contract has ended');
	await page.getByRole('button', { name: 'Switch it off now' }).click();
	await expect(page.getByText('By Grace Mensah on')).toContainText('The contract has ended');
	expect((await ask()).status()).toBe(401);
	expect((await tokenWith(request, clientId, newer)).status()).toBe(401);
	await context.close();
});

test('the page that shows a secret is accessible on a phone, by day and by night', async ({ page }) => {
	await page.setViewportSize(phone);
	await signIn(page, 'grace.mensah');
	await page.goto('/settings/clients/new');
	await page.getByLabel('What is it called?').fill('Rota of Rose House');
	await page.getByRole('button', { name: 'Register' }).click();
	await expect(page.getByRole('heading', { name: /shown this once/ })).toBeVisible();
	await page.getByText('How the vendor uses it').click();
	await expectAccessible(page);
	await page.emulateMedia({ colorScheme: 'dark' });
	await expectAccessible(page);
});
