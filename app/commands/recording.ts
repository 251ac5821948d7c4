import type { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds, listEvidenceOf } from '#db/queries/evidence.ts';
import { listEmployments } from '#db/queries/people.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import type { Evidence } from '../domain/evidence.ts';
import { instantOf, localDay, startOfDay } from '../domain/period.ts';
import type { PrivilegeCode } from '../domain/privilege.ts';
import { type RecordKind, type RecordRefusal, type recordForms, recordWords, slugOf } from '../domain/record.ts';
import { append, type Fact, fact, holdChain } from './append.ts';
import type { Authoriser } from './authorising.ts';

export type RecordForm = { [K in RecordKind]: { kind: K } & z.output<(typeof recordForms)[K]> }[RecordKind];

type Recorded = { ok: true } | { ok: false; why: RecordRefusal };

/**
 * Writes down something about a person that is neither a round nor a sign-off, under the form's id: sent twice, it is
 * recorded once. What happened on an earlier day is dated so, and shows as entered late.
 */
export async function record(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	personId: string,
	form: RecordForm,
	now: Date,
): Promise<Recorded> {
	const { providerId } = authoriser;
	if (personId === authoriser.personId) return { ok: false, why: 'yourself' };
	const { authority } = recordWords[form.kind];
	const sites = 'site' in form ? [form.site] : await sitesOf(tx, providerId, personId);
	if (!sites.some((siteId) => may(authoriser.posts, authority, siteId))) return { ok: false, why: 'not-authorised' };
	const today = localDay(now);
	const happened = form.kind === 'site-induction' ? form.on : form.kind === 'absence' ? form.from : '';
	if (happened > today || ('awardedOn' in form && form.awardedOn > today)) return { ok: false, why: 'in-the-future' };
	if (form.kind === 'outside-assessment' && (await hasAssessor(tx, providerId, form.site, form.privilege, personId)))
		return { ok: false, why: 'has-assessor' };
	await append(tx, providerId, catalogue, [factOf(form, personId, authoriser.personId, now)]);
	return { ok: true };
}

function factOf(form: RecordForm, personId: string, recordedBy: string, now: Date): Fact {
	const base = { id: form.id, personId, recordedBy, note: form.note || undefined };
	switch (form.kind) {
		case 'site-induction': {
			// Of an earlier day only the day is known: its end is the latest it can have been.
			const observedAt = form.on < localDay(now) ? instantOf(form.on, '23:59') : now;
			return fact({ ...base, note: undefined, kind: form.kind, siteId: form.site, observedAt, payload: {} });
		}
		case 'absence':
			return fact({
				...base,
				note: undefined,
				kind: form.kind,
				observedAt: startOfDay(form.from),
				payload: { from: form.from, back: form.back },
			});
		case 'award':
		case 'agency-record': {
			const award = form.kind === 'award' ? slugOf(form.award) : 'agency-record';
			const { awardedOn, expiresOn } = form;
			return fact({ ...base, kind: 'award', payload: { award, awardedOn, expiresOn, verifiedBy: recordedBy } });
		}
		case 'outside-assessment': {
			const { privilege, site, award, awardedOn } = form;
			const payload = { qualification: slugOf(award), assessedOn: awardedOn, verifiedBy: recordedBy };
			return fact({ ...base, kind: form.kind, privilege, siteId: site, payload });
		}
		case 'age-decision':
			return fact({ ...base, kind: form.kind, payload: { may: form.may === 'yes' } });
	}
}

async function sitesOf(tx: Tx, providerId: string, personId: string): Promise<(string | undefined)[]> {
	const employments = await listEmployments(tx, { providerId, personId });
	return employments.map((each) => each.siteId ?? undefined);
}

/** Whether somebody else at a site could watch a round of this instead. */
async function hasAssessor(
	tx: Tx,
	providerId: string,
	siteId: string,
	privilege: PrivilegeCode,
	personId: string,
): Promise<boolean> {
	const standings = await listStandingsNow(tx, { providerId, siteId });
	const holds = (who: string, code: PrivilegeCode) =>
		standings.some((each) => each.personId === who && each.privilege === code && each.permit);
	return standings.some(
		(each) =>
			each.privilege === 'assess' && each.permit && each.personId !== personId && holds(each.personId, privilege),
	);
}

/** What somebody may take back as entered in error: everything that a person, not a rule, wrote down. */
export function mayBeTakenBack(entry: Evidence): boolean {
	return entry.kind !== 'retraction';
}

/** Takes a row of evidence back as entered in error, with a reason. The row stays; it does not count any more. */
export async function takeBack(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	given: { id: string; evidenceId: string; note: string },
): Promise<Recorded | null> {
	const { providerId, personId } = authoriser;
	const [entry] = await listEvidenceByIds(tx, { providerId, evidenceIds: [given.evidenceId] });
	if (!entry || !mayBeTakenBack(entry)) return null;
	if (entry.personId === personId) return { ok: false, why: 'yourself' };
	const sites = entry.siteId ? [entry.siteId] : await sitesOf(tx, providerId, entry.personId);
	if (!sites.some((siteId) => may(authoriser.posts, 'correct', siteId)))
		return { ok: false, why: 'not-yours-to-correct' };
	// Two who take the same row back at once: the second must see the first.
	await holdChain(tx, providerId);
	const theirs = await listEvidenceOf(tx, { providerId, personIds: [entry.personId] });
	const before = theirs.find((each) => each.supersedes === entry.id);
	if (before) return before.id === given.id ? { ok: true } : { ok: false, why: 'taken-back' };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'retraction',
			personId: entry.personId,
			privilege: entry.privilege,
			siteId: entry.siteId,
			recordedBy: personId,
			supersedes: entry.id,
			payload: {} as never,
			note: given.note,
		}),
	]);
	return { ok: true };
}

/** Says when somebody who is away came back: a row that takes the place of the open absence. */
export async function endAbsence(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	given: { id: string; evidenceId: string; back: string },
): Promise<Recorded | null> {
	const { providerId, personId } = authoriser;
	const [open] = await listEvidenceByIds(tx, { providerId, evidenceIds: [given.evidenceId] });
	if (open?.kind !== 'absence') return null;
	if (open.personId === personId) return { ok: false, why: 'yourself' };
	const sites = await sitesOf(tx, providerId, open.personId);
	if (!sites.some((siteId) => may(authoriser.posts, 'record', siteId))) return { ok: false, why: 'not-authorised' };
	await holdChain(tx, providerId);
	const theirs = await listEvidenceOf(tx, { providerId, personIds: [open.personId] });
	const before = theirs.find((each) => each.supersedes === open.id);
	if (before) return before.id === given.id ? { ok: true } : { ok: false, why: 'taken-back' };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'absence',
			personId: open.personId,
			siteId: open.siteId,
			observedAt: open.observedAt,
			recordedBy: personId,
			supersedes: open.id,
			payload: { from: open.payload.from, back: given.back },
		}),
	]);
	return { ok: true };
}
