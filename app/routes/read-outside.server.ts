import type { AppLoadContext } from '@remix-run/node';
import { asProvider, database } from '#db/client.server.ts';
import { findOutsideRequest } from '#db/queries/outside-requests.ts';
import { findPerson, listSites } from '#db/queries/people.ts';
import { readProviderName } from '#db/queries/sign-in.ts';
import { catalogue } from '../catalogue.server.ts';
import { listPostsOn } from '../commands/confirming.ts';
import { hashToken, readOutsideQuestion } from '../commands/outside-requests.ts';
import { outsideAsked, outsideRoleWords } from '../domain/outside.ts';
import { localDay, sayDay, sayMoment } from '../domain/period.ts';
import { roleWords } from '../domain/privilege.ts';

/** Whose request a link is. `gone`: nobody's. `wait`: too many that were nobody's came from this address. */
export async function findRequest(
	{ links }: Pick<AppLoadContext, 'links'>,
	token = '',
): Promise<{ providerId: string; requestId: string } | 'gone' | 'wait'> {
	if (links.wait() > 0) return 'wait';
	// Nothing of another shape was ever a link: a cut-off one is no guess.
	if (!/^[\w-]{43}$/.test(token)) return 'gone';
	const found = await findOutsideRequest(database().db, hashToken(token));
	if (!found) links.missed();
	return found ?? 'gone';
}

/** What an answer about a link says of itself. Used, run out, cancelled or never there: all look the same. */
export function answerTo(state: 'open' | 'changed' | 'gone' | 'wait', links: AppLoadContext['links']): ResponseInit {
	if (state === 'wait') return { status: 429, headers: { 'retry-after': String(links.wait()) } };
	return { status: state === 'gone' ? 404 : 200 };
}

/** What somebody from outside reads: of our people who asks and whom it is about, of the persons supported only the reference. */
export async function readOutside({ links, now }: Pick<AppLoadContext, 'links' | 'now'>, token: string | undefined) {
	const found = await findRequest({ links }, token);
	if (found === 'wait') return { state: 'wait' as const };
	if (found === 'gone') return { state: 'gone' as const };
	const { providerId, requestId } = found;
	return asProvider(database().db, providerId, async (tx) => {
		const question = await readOutsideQuestion(tx, providerId, catalogue(), requestId, now);
		if (!question || question.refusal === 'gone') return { state: 'gone' as const };
		const { request, refusal, lastDay, signers } = question;
		const person = await findPerson(tx, { providerId, personId: request.personId });
		const asker = await findPerson(tx, { providerId, personId: request.madeBy });
		const site = (await listSites(tx, { providerId })).find((each) => each.id === request.siteId);
		const pinned = catalogue().privileges.get(request.privilege);
		if (!person || !asker || !site || !pinned) return { state: 'gone' as const };
		const posts = await listPostsOn(tx, { providerId, personId: asker.id }, localDay(now));
		const roles = [...new Set(posts.map((post) => roleWords[post.role]))].join(' and ');
		const asks = {
			asker: `${asker.givenName} ${asker.familyName}`,
			roles,
			site: site.name,
			provider: await readProviderName(tx, { providerId }),
			expires: sayMoment(request.expiresAt),
		};
		if (refusal) return { state: 'changed' as const, ...asks };
		const asked = request.kind === 'delegation' ? outsideAsked.delegation.parse(request.asked) : null;
		return {
			state: 'open' as const,
			...asks,
			kind: request.kind,
			recipient: request.recipient,
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			permits: pinned.body.permits,
			person: asked?.person ?? null,
			review: asked && sayDay(asked.reviewOn),
			lastDay,
			until: lastDay && sayDay(lastDay),
			signers: signers.map((value) => ({ value, label: outsideRoleWords[value] })),
		};
	});
}
