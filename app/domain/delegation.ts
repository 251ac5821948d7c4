import { z } from 'zod';
import type { Decision } from './decision.ts';
import { employmentAt, spellsOf } from './employment.ts';
import { type EvidenceOf, opaqueReference, payloads } from './evidence.ts';
import type { Facts } from './facts.ts';
import { isDay, type LocalDay, lastDayBefore, localDay, moveDay, sayDay } from './period.ts';
import { goodUntil, type Policy } from './policy.ts';
import { openDelegations } from './progress.ts';
import type { Question } from './rules.ts';

/** A delegation is looked at again after three months unless the nurse says otherwise, and within twelve. */
export function reviewDays(now: Date): { usual: LocalDay; first: LocalDay; last: LocalDay } {
	const today = localDay(now);
	return { usual: moveDay(today, 'P3M'), first: moveDay(today, 'P1D'), last: moveDay(today, 'P12M') };
}

/** A nurse's registration, where the newest that has been seen has run out. */
export function lapsedRegistration(
	facts: Facts,
	policy: Pick<Policy, 'endOfShift'>,
	at: Date,
): (EvidenceOf<'award'> & { expiresOn: LocalDay }) | null {
	const seen = facts.of('award').findLast((each) => each.payload.award === nurseRegistration);
	const { expiresOn } = seen?.payload ?? {};
	return seen && expiresOn && at >= goodUntil(expiresOn, policy) ? { ...seen, expiresOn } : null;
}

/** The last day on which a nurse looks after what she has delegated, and the row of evidence that says so, if one does. */
interface EndOfDelegating {
	lastDay: LocalDay;
	because?: string;
}

/**
 * What ends a nurse's care for what she has delegated at a site, the first end first: her registration has run out, or
 * all her work there as a nurse ends, on a day that is known. Null: she goes on.
 */
export function endOfDelegating(
	facts: Facts,
	siteId: string,
	policy: Pick<Policy, 'endOfShift'>,
	at: Date,
): EndOfDelegating | null {
	const lapsed = lapsedRegistration(facts, policy, at);
	const spells = nurseSpells(facts, siteId);
	const left = spells
		.flatMap(({ ending }) => (ending ? [{ lastDay: ending.payload.lastDay, because: ending.id }] : []))
		.sort(byLastDay);
	const goesOn = spells.length > left.length;
	const ends: EndOfDelegating[] = [
		...(lapsed ? [{ lastDay: lapsed.expiresOn, because: lapsed.id }] : []),
		...(goesOn ? [] : left.slice(-1)),
		...(spells.length ? [] : [{ lastDay: localDay(at) }]),
	];
	return ends.sort(byLastDay)[0] ?? null;
}

/** Whether a row of evidence ends it still: neither taken back nor overtaken by a newer registration or another last day. */
export function stillEnds(
	facts: Facts,
	siteId: string,
	policy: Pick<Policy, 'endOfShift'>,
	at: Date,
	because: string,
): boolean {
	return (
		lapsedRegistration(facts, policy, at)?.id === because ||
		nurseSpells(facts, siteId).some(({ ending }) => ending?.id === because)
	);
}

function nurseSpells(facts: Facts, siteId: string) {
	return spellsOf(facts).filter(
		({ start }) => start.payload.role === 'nurse' && (start.siteId === null || start.siteId === siteId),
	);
}

function byLastDay(a: EndOfDelegating, b: EndOfDelegating): number {
	return a.lastDay < b.lastDay ? -1 : a.lastDay > b.lastDay ? 1 : 0;
}

/**
 * For whom somebody may do what waits for a delegation and nothing else, each until when ("RH-0142 until 11 December
 * 2026"); null where the answer is another one.
 */
export function delegatedFor(
	{ code, standing }: Pick<Decision, 'code' | 'standing'>,
	{ facts, question, policy, at }: { facts: Facts; question: Question; policy: Policy; at: Date },
): string[] | null {
	if ((code !== 'delegation_missing' && code !== 'delegation_expired') || standing === 'supervised') return null;
	const employment = employmentAt(facts, question.siteId, at);
	return openDelegations({ facts, question, employment, policy, at })
		.filter(({ until }) => until > at)
		.map(({ delegation, until }) => `${delegation.payload.person} until ${sayDay(lastDayBefore(until))}`);
}

/** The same to the person themselves, who lacks nothing else. */
export function sayDelegatedToThem(persons: readonly string[]): string {
	return persons.length
		? `A nurse has handed this task to you. You may do it for ${persons.join(', and for ')}. For anybody else, ask the nurse.`
		: 'A nurse has not handed this task to you for anybody yet.';
}

/** What a nurse's registration is called as an award. */
export const nurseRegistration = 'nmc-registration';

/** The day by which somebody else has to take a delegation over, if anybody has to. */
export function takeOverBy(facts: Facts, { id }: Pick<EvidenceOf<'delegation'>, 'id'>): LocalDay | null {
	const days = facts.of('delegation-takeover').filter(({ payload }) => payload.delegation === id);
	return days.map(({ payload }) => payload.by).sort()[0] ?? null;
}

const { registration } = payloads.delegation.shape;

/** Of a registered health professional, as it is kept: without spaces, in capitals. */
export const registrationField = z
	.string()
	.transform((text) => text.replaceAll(/\s/g, '').toUpperCase())
	.refine(
		(number) => registration.safeParse(number).success,
		'Enter the number of your registration, such as 12A3456E',
	);

/** The other system's name for the person supported. */
export const referenceField = z
	.string()
	.trim()
	.refine(
		(text) => opaqueReference.safeParse(text).success,
		'Enter their reference: letters, digits and hyphens, with at least one digit. Never a name',
	);

export const reviewField = z.string().min(1, 'Enter the day of the review').refine(isDay, 'Enter a day that exists');

export const delegationForm = z.object({
	id: z.uuid(),
	person: referenceField,
	registration: registrationField,
	reviewOn: reviewField,
});

export const delegationEndingForm = z.object({ delegation: z.uuid() });

/** Why a delegation is not recorded or ended. */
export const delegationRefusalWords = {
	'not-a-nurse':
		'Only a registered nurse who works at this site can delegate this. It is a clinical decision, not a manager’s.',
	'not-authorised': 'Your role may not end this at this site.',
	'registration-lapsed': 'Your registration has run out, as it is recorded here. Ask a manager to record the new one.',
	yourself: 'You cannot delegate to yourself.',
	'not-here': 'This person does not work at this site.',
	'not-delegated': 'This task is not delegated person by person.',
	'review-outside': 'The review is after today and within twelve months.',
	unknown: 'There is no such delegation here.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type DelegationRefusal = keyof typeof delegationRefusalWords;
