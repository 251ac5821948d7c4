import type { Tx } from '#db/client.server.ts';
import type { RegisteredClient } from '#db/queries/clients.ts';
import { askedLately } from '#db/queries/decisions.ts';
import { listSites } from '#db/queries/people.ts';
import { listSearches } from '#db/queries/searches.ts';
import { titles } from '../../catalogue.server.ts';
import { sayMoment } from '../../domain/period.ts';
import type { PrivilegeCode } from '../../domain/privilege.ts';
import type { AskedOf } from '../../ui/client-asked.tsx';

const days = 7;
const shownSearches = 20;

/** What a client asked in the last days and what it looked for, in words, as the decision log has it. */
export async function readAsked(tx: Tx, client: RegisteredClient, now: Date): Promise<AskedOf> {
	const { providerId, id: clientId } = client;
	const since = new Date(now.getTime() - days * 86_400_000);
	const lately = (await askedLately(tx, { providerId, since, clientId })).get(clientId);
	const found = await listSearches(tx, { providerId, clientId, since, limit: shownSearches + 1 });
	const shown = found.slice(0, shownSearches);
	const sites = await listSites(tx, { providerId });
	const count = (number: number) => number.toLocaleString('en-GB');
	return {
		days,
		lastSeen: client.lastTokenAt && sayMoment(client.lastTokenAt),
		lately: lately
			? {
					asked: count(lately.asked),
					permitted: count(lately.asked - lately.refused),
					refused: count(lately.refused),
					last: sayMoment(lately.lastAt),
				}
			: null,
		searches: shown.map((each) => ({ when: sayMoment(each.searchedAt), what: sayWhat(each), found: each.found })),
		more: found.length > shown.length,
	};

	function sayWhat({ sought, personId, action, resourceId }: (typeof shown)[number]): string {
		const who = personId ? 'one person' : 'somebody we do not know';
		const what = action ? titles().privilege(action as PrivilegeCode) : '';
		const site = sites.find((each) => each.slug === resourceId);
		const where = site ? site.name : `a place we do not know (“${resourceId ?? ''}”)`;
		if (sought === 'subject') return `Who may do “${what}” at ${where}`;
		return sought === 'resource' ? `Where ${who} may do “${what}”` : `What ${who} may do at ${where}`;
	}
}
