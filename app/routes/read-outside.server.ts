import { asProvider, database } from '#db/client.server.ts';
import { findOutsideRequest } from '#db/queries/outside-requests.ts';
import { findPerson, listSites } from '#db/queries/people.ts';
import { catalogue } from '../catalogue.server.ts';
import { hashToken, readOutsideQuestion } from '../commands/outside-requests.ts';
import { outsideAsked, outsideRefusalWords, outsideRoleWords } from '../domain/outside.ts';
import { sayDay } from '../domain/period.ts';
import { notFound } from '../session.server.ts';

/** Whose request a link is; 404 where there is none, whatever the reason. */
export async function requireRequest(token: string | undefined): Promise<{ providerId: string; requestId: string }> {
	const found = /^[\w-]{43}$/.test(token ?? '')
		? await findOutsideRequest(database().db, hashToken(token ?? ''))
		: null;
	if (!found) throw notFound();
	return found;
}

/** What somebody from outside reads: of our people only whom it is about, of the persons supported only the reference. */
export async function readOutside(token: string | undefined, now: Date) {
	const { providerId, requestId } = await requireRequest(token);
	return asProvider(database().db, providerId, async (tx) => {
		const question = await readOutsideQuestion(tx, providerId, catalogue(), requestId, now);
		if (!question) throw notFound();
		const { request, refusal, lastDay, signers } = question;
		if (refusal) return { open: false as const, why: outsideRefusalWords[refusal] };
		const person = await findPerson(tx, { providerId, personId: request.personId });
		const site = (await listSites(tx, { providerId })).find((each) => each.id === request.siteId);
		const pinned = catalogue().privileges.get(request.privilege);
		if (!person || !site || !pinned) throw notFound();
		const asked = request.kind === 'delegation' ? outsideAsked.delegation.parse(request.asked) : null;
		return {
			open: true as const,
			kind: request.kind,
			name: `${person.givenName} ${person.familyName}`,
			site: site.name,
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
