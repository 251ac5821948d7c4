import type { APIRequestContext } from 'playwright/test';

export interface Answer {
	decision: boolean;
	context: { code: string; valid_until?: string; max_age: number };
}

/** Another system: the demonstration's eMAR, with a token of its own. */
export async function askGate(request: APIRequestContext, staffCode: string, site = 'rose-house'): Promise<Answer> {
	const credentials = Buffer.from('demo-emar:demo-emar-secret').toString('base64');
	const granted = await request.post('/oauth/token', {
		headers: { authorization: `Basic ${credentials}` },
		form: { grant_type: 'client_credentials', scope: 'authzen.evaluate' },
	});
	const { access_token: token } = await granted.json();
	const answered = await request.post('/access/v1/evaluation', {
		headers: { authorization: `Bearer ${token}` },
		data: {
			subject: { type: 'staff', id: staffCode },
			action: { name: 'administer-oral' },
			resource: { type: 'site', id: site },
		},
	});
	if (!answered.ok()) throw new Error(`the gate answered ${answered.status()}`);
	return answered.json();
}
