import type { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds } from '#db/queries/evidence.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { nurseRegistration } from '../domain/delegation.ts';
import type { Evidence, EvidenceKind } from '../domain/evidence.ts';
import { partiesTo } from '../domain/pause.ts';
import { instantOf, localDay, startOfDay } from '../domain/period.ts';
import type { PrivilegeCode } from '../domain/privilege.ts';
import { type RecordKind, type RecordRefusal, type recordForms, recordWords, slugOf } from '../domain/record.ts';
import { isForSecond, type TakingBackRefusal } from '../domain/taking-back.ts';
import { append, type Fact, fact, holdChain } from './append.ts';
import type { Authoriser } from './authorising.ts';
import { readCellFacts } from './cell-facts.ts';
import { confirmBy, type GivenSecond } from './confirming.ts';
import { listWorkSites, readCorrection } from './correcting.ts';
import { movePosts } from './employing.ts';
import { assessedAt, refuseOutside } from './outside-assessing.ts';
import { settleTakeovers } from './takeovers.ts';

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
	const sites = 'site' in form ? [form.site] : await listWorkSites(tx, providerId, personId, localDay(now));
	if (!sites.some((siteId) => may(authoriser.posts, authority, siteId))) return { ok: false, why: 'not-authorised' };
	const today = localDay(now);
	const happened = form.kind === 'site-induction' ? form.on : form.kind === 'absence' ? form.from : '';
	if (happened > today || ('awardedOn' in form && form.awardedOn > today)) return { ok: false, why: 'in-the-future' };
	const refusal =
		form.kind === 'outside-assessment'
			? await refuseOutside(tx, authoriser, catalogue, personId, form, now)
			: form.kind === 'age-decision' && form.may === 'yes'
				? await refuseYes(tx, authoriser, catalogue, personId, { ...form, sites }, now)
				: null;
	if (refusal) return { ok: false, why: refusal };
	await append(tx, providerId, catalogue, [factOf(form, personId, authoriser.personId, now)]);
	if (form.kind === 'nurse-registration') await settle(tx, authoriser, catalogue, personId, now);
	return { ok: true };
}

/** Where a nurse stays or goes after all, so do the takeovers of what she has delegated. */
async function settle(tx: Tx, { providerId, personId }: Authoriser, catalogue: Catalogue, nurseId: string, now: Date) {
	const given = { nurseId, recordedBy: personId, now };
	await append(tx, providerId, catalogue, await settleTakeovers(tx, providerId, catalogue, given));
}

/** A no stops somebody, and is open to whoever decides. A yes is not for somebody who was involved in what a pause was about. */
async function refuseYes(
	tx: Tx,
	{ providerId, personId: recordedBy }: Authoriser,
	catalogue: Catalogue,
	personId: string,
	{ privilege, sites }: { privilege: PrivilegeCode | null; sites: readonly string[] },
	now: Date,
): Promise<RecordRefusal | null> {
	for (const siteId of privilege ? sites : []) {
		const { facts } = await readCellFacts(tx, providerId, catalogue, { personId, siteId }, now);
		if (partiesTo(facts, { privilege: privilege as PrivilegeCode, siteId }).includes(recordedBy)) return 'party';
	}
	return null;
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
		case 'agency-record':
		case 'nurse-registration': {
			const award = form.kind === 'award' ? slugOf(form.award) : awardOf[form.kind];
			const { awardedOn, expiresOn } = form;
			return fact({ ...base, kind: 'award', payload: { award, awardedOn, expiresOn, verifiedBy: recordedBy } });
		}
		case 'outside-assessment': {
			const { privilege, site, award, awardedOn } = form;
			const payload = { qualification: slugOf(award), assessedOn: awardedOn, verifiedBy: recordedBy };
			// Today's is made now, by the database's clock.
			const made = awardedOn < localDay(now) ? { observedAt: assessedAt(awardedOn, now) } : {};
			return fact({ ...base, ...made, kind: form.kind, privilege, siteId: site, payload });
		}
		case 'age-decision':
			return fact({ ...base, kind: form.kind, privilege: form.privilege, payload: { may: form.may === 'yes' } });
	}
}

const awardOf = { 'agency-record': 'agency-record', 'nurse-registration': nurseRegistration } as const;

/**
 * Takes a row of evidence back as entered in error, with a reason. The row stays; it does not count any more. Where removing
 * it could turn a no into a yes it needs what the act needed: the same authority, as far, and a second person.
 */
export async function takeBack(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	given: { id: string; evidenceId: string; note: string; second?: GivenSecond; now?: Date },
): Promise<TakenBack | null> {
	const said = await correct(tx, authoriser, catalogue, given);
	if (!said?.ok) return said;
	if ('before' in said) return { ok: true };
	const { entry, confirmedBy } = said;
	await append(tx, authoriser.providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'retraction',
			personId: entry.personId,
			privilege: entry.privilege,
			siteId: entry.siteId,
			recordedBy: authoriser.personId,
			supersedes: entry.id,
			// The hash of the note comes with it.
			payload: (confirmedBy ? { confirmedBy } : {}) as never,
			note: given.note,
		}),
	]);
	if (entry.kind === 'employment-started' || entry.kind === 'employment-ended')
		await movePosts(tx, authoriser.providerId, entry.personId);
	if (bearOnNurses.includes(entry.kind))
		await settle(tx, authoriser, catalogue, entry.personId, given.now ?? new Date());
	return { ok: true };
}

/** What says whether a nurse looks after what she has delegated. */
const bearOnNurses: readonly EvidenceKind[] = ['employment-started', 'employment-ended', 'award'];

/**
 * Says when somebody who is away came back: a row that takes the place of the open absence. A day that spares them what a
 * long absence asks for is said by two people.
 */
export async function endAbsence(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	given: { id: string; evidenceId: string; back: string; second?: GivenSecond; now?: Date },
): Promise<TakenBack | null> {
	const said = await correct(tx, authoriser, catalogue, given);
	if (!said?.ok) return said;
	if ('before' in said) return { ok: true };
	const { entry, confirmedBy } = said;
	if (entry.kind !== 'absence') return null;
	const { from } = entry.payload;
	await append(tx, authoriser.providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'absence',
			personId: entry.personId,
			siteId: entry.siteId,
			observedAt: entry.observedAt,
			recordedBy: authoriser.personId,
			supersedes: entry.id,
			payload: { from, back: given.back, ...(confirmedBy ? { confirmedBy } : {}) },
		}),
	]);
	return { ok: true };
}

type TakenBack = { ok: true } | { ok: false; why: TakingBackRefusal };

/** Whether those who say so may put a row right; null where there is none. The chain is held from here on. */
async function correct(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	given: { id: string; evidenceId: string; back?: string; second?: GivenSecond; now?: Date },
): Promise<{ ok: false; why: TakingBackRefusal } | { ok: true; before: true } | Corrected | null> {
	const { providerId, personId } = authoriser;
	const now = given.now ?? new Date();
	const asked = { evidenceId: given.evidenceId, now, ...(given.back === undefined ? {} : { back: given.back }) };
	const [found] = await listEvidenceByIds(tx, { providerId, evidenceIds: [given.evidenceId] });
	if (!found) return null;
	if (found.personId === personId) return { ok: false, why: 'yourself' };
	// Whoever may not take it back whatever a second person says tries nobody's PIN here.
	const alone = given.second && (await readCorrection(tx, providerId, catalogue, asked))?.refuse(authoriser, null);
	if (alone && !isForSecond(alone)) return { ok: false, why: alone };
	const second = given.second ? await confirmBy(tx, authoriser, found.personId, given.second) : null;
	if (second && !second.ok) return second;
	// Two who take the same row back at once: the second must see the first.
	await holdChain(tx, providerId);
	const known = await readCorrection(tx, providerId, catalogue, asked);
	if (!known) return null;
	const { entry, evidence } = known;
	const before = evidence.find((each) => each.supersedes === entry.id);
	if (before?.id === given.id) return { ok: true, before: true };
	if (before) return { ok: false, why: 'taken-back' };
	if (given.back !== undefined) {
		if (entry.kind !== 'absence' || entry.payload.back !== null) return null;
		if (given.back <= entry.payload.from || given.back > localDay(now)) return { ok: false, why: 'back-too-early' };
	}
	const why = known.refuse(authoriser, second) ?? known.refusal;
	return why ? { ok: false, why } : { ok: true, entry, ...(second ? { confirmedBy: second.personId } : {}) };
}

interface Corrected {
	ok: true;
	entry: Evidence;
	confirmedBy?: string;
}
