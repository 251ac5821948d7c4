import { expect, type Page } from 'playwright/test';

export const password = 'countersign-demo';
export const pin = '246810';

export const phone = { width: 390, height: 844 };
export const tablet = { width: 820, height: 1180 };
export const desktop = { width: 1280, height: 900 };

/** Signs in through the form, as a person does. */
export async function signIn(page: Page, staffCode: string): Promise<void> {
	await page.goto('/sign-in');
	await page.getByLabel('Staff code').fill(staffCode);
	await page.getByRole('textbox', { name: 'Password' }).fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
}
