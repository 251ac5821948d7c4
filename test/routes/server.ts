import { openClone, type TestDatabase } from '../support/database.ts';
import { startServer } from '../support/start-server.ts';

/** The built server, as `npm start` runs it, on a database of its own. */
export interface Site {
	url: string;
	data: TestDatabase;
	/** Asks as somebody: the cookie of `signIn`, or nobody. */
	ask(
		path: string,
		options?: { cookie?: string; form?: Record<string, string>; origin?: string | null },
	): Promise<Response>;
	signIn(staffCode: string, password?: string): Promise<string>;
	/** Everything the server has printed. */
	said(): string;
	close(): Promise<void>;
}

export async function openSite(variables: Record<string, string> = {}): Promise<Site> {
	const data = await openClone('demonstration');
	const server = await startServer(data.ownerUrl, variables);
	const { url } = server;
	const ask: Site['ask'] = (path, { cookie, form, origin = url } = {}) =>
		fetch(url + path, {
			redirect: 'manual',
			headers: { ...(cookie ? { cookie } : {}), ...(form && origin !== null ? { origin } : {}) },
			...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
		});
	return {
		url,
		data,
		ask,
		said: server.said,
		async signIn(staffCode, password = 'countersign-demo') {
			const answer = await ask('/sign-in?provider=fairfield-care', { form: { staffCode, password } });
			return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
		},
		async close() {
			await server.close();
			await data.close();
		},
	};
}
