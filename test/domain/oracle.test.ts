import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../app/domain/decide.ts';
import type { Evidence, EvidenceKind, EvidenceOf, Payload } from '../../app/domain/evidence.ts';
import type { Policy } from '../../app/domain/policy.ts';
import type { Privilege, PrivilegeCode, Requirement } from '../../app/domain/privilege.ts';
import { reasonCodes } from '../../app/domain/reason.ts';
import { type ContentChange, type Question, type Rules, standings } from '../../app/domain/rules.ts';
import { decideTogether } from '../../app/domain/together.ts';
import { amounts } from '../support/amounts.ts';
import { knockOuts } from './knock-outs.ts';
import { type Asking, askings } from './lives.ts';
import { type OracleAnswer, oracleDecides, oracleDecidesTogether, oracleDelegation, oracleOverride } from './oracle.ts';
import {
	assess,
	competent,
	type Draft,
	elmCourt,
	firstSignOff,
	history,
	learned,
	leaves,
	lifts,
	moment,
	oral,
	pauses,
	policyWith,
	reads,
	retracts,
	roseHouse,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	threeRounds,
	watched,
	withdraws,
	working,
} from './support.ts';

/**
 * The oracle is trusted because each row below was worked out by hand from content/rules.md; the product's rule is
 * trusted because it agrees with the oracle on ten thousand working lives.
 */

interface Where {
	id?: string;
	known?: string;
	site?: string | null;
	privilege?: PrivilegeCode | null;
}

function fact<K extends EvidenceKind>(kind: K, when: string, payload: Payload<K>, where: Where = {}): Draft {
	const draft: Omit<EvidenceOf<K>, 'seq'> = {
		id: where.id ?? `${kind} of ${when}`,
		kind,
		personId: 'amara',
		privilege: where.privilege === undefined ? 'administer-oral' : where.privilege,
		siteId: where.site === undefined ? roseHouse : where.site,
		observedAt: moment(when),
		recordedAt: moment(where.known ?? when),
		recordedBy: 'grace',
		contentVersionId: null,
		supersedes: null,
		payload,
	};
	return draft as unknown as Draft;
}

function simulated(draft: Draft): Draft {
	return { ...draft, payload: { ...draft.payload, simulated: true } } as Draft;
}

function ofVariant(draft: Draft, variant: string): Draft {
	return { ...draft, payload: { ...draft.payload, variant } } as Draft;
}

const note = '0'.repeat(64);
const agencyWork = (when: string) =>
	fact('employment-started', when, { role: 'carer', contract: 'agency' }, { privilege: null });
const minor = fact(
	'employment-started',
	'2026-01-05 09:00',
	{ role: 'carer', contract: 'permanent', adultOn: '2026-06-01' },
	{ privilege: null },
);
const mayThoughYoung = (may: boolean, when: string, privilege: PrivilegeCode | null = null) =>
	fact('age-decision', when, { may }, { privilege, site: null });
const award = (name: string, when: string, expiresOn: string | null, where: Where = {}) =>
	fact('award', when, { award: name, awardedOn: '2026-01-01', expiresOn, verifiedBy: 'grace' }, where);
const away = (when: string, from: string, back: string | null) =>
	fact('absence', when, { from, back }, { privilege: null });
const overrides = (when: string, until: string, where: Where = {}) =>
	fact('override', when, { until: moment(until).toISOString(), note }, where);
const delegates = (when: string, person: string, reviewOn: string, id: string) =>
	fact('delegation', when, { person, delegator: 'nora', registration: '12A3456B', reviewOn }, { id });
const outside = (when: string, site: string | null, assessedOn = '2026-01-01') =>
	fact('outside-assessment', when, { qualification: 'assessor', assessedOn, verifiedBy: 'grace' }, { site });
const liftsAsking = (when: string, pause: string, asks: 'quiz' | 'observation' | 'acknowledge') =>
	fact('pause-lifted', when, { pause, asks });

function asking(...more: Requirement[]): Privilege {
	return { ...oral, requirements: [...oral.requirements, ...more] };
}

function withObservation(changes: Partial<Extract<Requirement, { kind: 'observation' }>>): Privilege {
	const requirements = oral.requirements.map((each) => (each.kind === 'observation' ? { ...each, ...changes } : each));
	return { ...oral, requirements };
}

const only = (entry: Privilege, policy: Policy = policyWith()): Rules => rulesWith(policy, [entry, assess]);
const under = (changes: Parameters<typeof policyWith>[0]): Rules => rulesWith(policyWith(changes));

const newModule: ContentChange = {
	kind: 'module',
	slug: 'by-mouth',
	version: 3,
	asks: 'acknowledge',
	grace: 'P28D',
	says: 'new',
	inForceFrom: moment('2026-05-01 09:00'),
};
const changed = (...changes: ContentChange[]): Rules => ({ ...rulesWith(), changes });

interface Row {
	rule: string;
	facts: (Draft | Draft[])[];
	at: string;
	says: string;
	rules?: Rules;
	knownAt?: string;
	question?: Partial<Question>;
}

const whole = 'yes competent competent 2027-02-21T00:00Z';
const unsound = 'no sign_off_unsound in-training';

const whatCounts: Row[] = [
	{ rule: '1: an instant is included', facts: [competent], at: '2026-02-20 15:30', says: whole },
	{
		rule: '1: a fact of later does not count',
		facts: [competent],
		at: '2026-02-20 15:29',
		says: 'no sign_off_missing ready-for-sign-off',
	},
	{
		rule: '1: a pause recorded late is not known before',
		facts: [competent, pauses('2026-03-01', { known: '2026-03-05' })],
		at: '2026-03-03',
		knownAt: '2026-03-04',
		says: whole,
	},
	{
		rule: '1: and is, looking back, once it is known',
		facts: [competent, pauses('2026-03-01', { known: '2026-03-05' })],
		at: '2026-03-03',
		knownAt: '2026-03-05',
		says: 'no paused_review paused',
	},
	{
		rule: '1: a pause entered in error never was',
		facts: [competent, pauses('2026-03-01', { id: 'pause' }), retracts('2026-03-02', 'pause')],
		at: '2026-03-01 18:00',
		knownAt: '2026-03-02',
		says: whole,
	},
	{
		rule: '1: what takes its place may count only later',
		facts: [
			competent,
			pauses('2026-03-01', { id: 'pause' }),
			pauses('2026-03-04', { instead: 'pause', known: '2026-03-05' }),
		],
		at: '2026-03-03',
		knownAt: '2026-03-06',
		says: whole,
	},
	{
		rule: '2: at one instant, the higher number is after',
		facts: [competent, withdraws('2026-03-01'), signsOff('2026-03-01', '2027-02-20')],
		at: '2026-03-01',
		says: 'no sign_off_unsound in-training',
	},
	{
		rule: '2: and the lower before',
		facts: [competent, signsOff('2026-03-01', '2027-02-20'), withdraws('2026-03-01')],
		at: '2026-03-01',
		says: 'no withdrawn withdrawn',
	},
	{
		rule: '3: a pause of everything everywhere concerns this',
		facts: [competent, pauses('2026-03-01', { privilege: null, site: null })],
		at: '2026-03-02',
		says: 'no paused_review paused',
	},
	{
		rule: '3: one of another privilege or another site does not',
		facts: [competent, pauses('2026-03-01', { privilege: 'prompt' }), pauses('2026-03-01', { site: elmCourt })],
		at: '2026-03-02',
		says: whole,
	},
];

const inOrder: Row[] = [
	{
		rule: '1: a privilege that nobody has described',
		facts: [competent],
		at: '2026-03-01',
		question: { privilege: 'audit-mar' },
		says: 'no unknown_privilege not-required',
	},
	{
		rule: '1: one that rests on itself',
		facts: [competent],
		at: '2026-03-01',
		rules: only(asking({ kind: 'prerequisite', privilege: 'assess' })),
		says: 'no unknown_privilege not-required',
	},
	{ rule: '2: nobody who ever worked here', facts: [], at: '2026-03-01', says: 'no not_assessed not-required' },
	{
		rule: '2: at work at another site',
		facts: [starts('2026-01-05', { site: elmCourt })],
		at: '2026-03-01',
		says: 'no site_induction_missing not-required',
	},
	{
		rule: '2: has left the other site',
		facts: [starts('2026-01-05', { site: elmCourt }), leaves('2026-02-01', '2026-02-01', { site: elmCourt })],
		at: '2026-03-01',
		says: 'no left not-required',
	},
	{
		rule: '2: works to the end of the last day',
		facts: [competent, leaves('2026-06-01', '2026-06-30')],
		at: '2026-06-30 23:59',
		says: 'yes competent competent 2026-06-30T23:00Z',
	},
	{
		rule: '2: and has left from then on',
		facts: [competent, leaves('2026-06-01', '2026-06-30')],
		at: '2026-07-01 00:00',
		says: 'no left not-required',
	},
	{
		rule: '2: a last day is moved while it is not over',
		facts: [competent, leaves('2026-06-01', '2026-06-30'), leaves('2026-06-30 23:00', '2026-07-31')],
		at: '2026-07-15',
		says: 'yes competent competent 2026-07-31T23:00Z',
	},
	{
		rule: '2: and stands once it is over',
		facts: [competent, leaves('2026-06-01', '2026-06-30'), leaves('2026-07-01 00:00', '2026-07-31')],
		at: '2026-07-15',
		says: 'no left not-required',
	},
	{
		rule: '2: leaving the provider is leaving the site',
		facts: [competent, leaves('2026-06-01', '2026-06-01', { site: null })],
		at: '2026-06-02',
		says: 'no left not-required',
	},
	{
		rule: '2: leaving a site does not end work for the whole provider',
		facts: [competent, starts('2026-03-01', { site: null }), leaves('2026-06-01', '2026-06-01')],
		at: '2026-06-02',
		says: whole,
	},
	{
		rule: '3: withdrawn, even of all privileges',
		facts: [competent, withdraws('2026-03-01', { privilege: null, site: null })],
		at: '2026-03-02',
		says: 'no withdrawn withdrawn',
	},
	{
		rule: '3: after a withdrawal rounds of before do not count',
		facts: [competent, withdraws('2026-03-01'), signsOff('2026-03-02', '2027-03-02')],
		at: '2026-03-03',
		says: unsound,
	},
	{
		rule: '4: lifting one pause does not lift another',
		facts: [
			competent,
			pauses('2026-03-01', { id: 'one' }),
			pauses('2026-03-02', { id: 'two' }),
			lifts('2026-03-03', 'one'),
		],
		at: '2026-03-04',
		says: 'no paused_review paused',
	},
	{ rule: '5: nothing done yet', facts: [working], at: '2026-01-06', says: 'no module_missing not-started' },
	{
		rule: '5: read, with the quiz to pass',
		facts: [working, reads('2026-01-12')],
		at: '2026-01-13',
		says: 'no quiz_not_passed in-training',
	},
	{
		rule: '5: ready to be watched',
		facts: [learned],
		at: '2026-01-14',
		says: 'no observations_short ready-to-observe',
	},
	{
		rule: '5: only the sign-off is left',
		facts: [watched],
		at: '2026-02-17',
		says: 'no sign_off_missing ready-for-sign-off',
	},
	{
		rule: '5: age and agency are asked before the file',
		facts: [agencyWork('2026-01-05')],
		at: '2026-01-06',
		says: 'no agency_unverified not-started',
	},
	{
		rule: '5: may practise beside a colleague',
		facts: [learned, fact('supervision', '2026-01-14', { supervisor: 'ben' })],
		at: '2026-01-15',
		says: 'no supervised_only supervised',
	},
	{
		rule: '5: but not before the quiz is passed',
		facts: [working, reads('2026-01-12'), fact('supervision', '2026-01-14', { supervisor: 'ben' })],
		at: '2026-01-15',
		says: 'no quiz_not_passed in-training',
	},
	{
		rule: '5: nor by a supervision for the whole provider',
		facts: [learned, fact('supervision', '2026-01-14', { supervisor: 'ben' }, { site: null })],
		at: '2026-01-15',
		says: 'no observations_short ready-to-observe',
	},
	{
		rule: '5: a role that it is not for',
		facts: [starts('2026-01-05', { role: 'administrator' }), reads('2026-01-12')],
		at: '2026-01-15',
		says: 'no not_assessed not-required',
	},
	{
		rule: '5: unless they have begun, as by a round here',
		facts: [
			starts('2026-01-05', { role: 'administrator' }),
			reads('2026-01-12'),
			round('2026-01-13', { passed: false }),
		],
		at: '2026-01-15',
		says: 'no quiz_not_passed in-training',
	},
	{
		rule: '6: good to the end of its last day, the day before the clocks go forward',
		facts: [watched, signsOff('2026-02-20', '2026-03-28')],
		at: '2026-03-01',
		says: 'yes competent due-soon 2026-03-29T00:00Z',
	},
	{
		rule: '6: and of the day on which they do',
		facts: [watched, signsOff('2026-02-20', '2026-03-29')],
		at: '2026-03-01',
		says: 'yes competent due-soon 2026-03-29T23:00Z',
	},
	{
		rule: '6: from then on it has run out',
		facts: [watched, signsOff('2026-02-20', '2026-03-29')],
		at: '2026-03-29T23:00:00Z',
		says: 'no expired expired',
	},
	{
		rule: '6: grace comes after the last day',
		facts: [watched, signsOff('2026-02-20', '2026-10-25')],
		at: '2026-10-26',
		rules: under({ grace: 'P7D' as never }),
		says: 'yes competent due-soon 2026-11-02T00:00Z',
	},
	{
		rule: '6: a night shift is worked to its end, in the hour of the new day',
		facts: [watched, signsOff('2026-02-20', '2026-03-28')],
		at: '2026-03-29T06:59:59Z',
		rules: under({ endOfShift: '08:00' as never }),
		says: 'yes competent due-soon 2026-03-29T07:00Z',
	},
	{
		rule: '6: the newest sign-off is the one that counts, though it be the shorter',
		facts: [competent, signsOff('2026-02-21', '2026-04-01')],
		at: '2026-05-01',
		rules: under({ renewal: { passes: 0 } }),
		says: 'no expired expired',
	},
	{
		rule: '7: a round that was taken back takes the sign-off with it',
		facts: [competent, retracts('2026-03-01', 'round-2')],
		at: '2026-03-02',
		says: unsound,
	},
	{
		rule: '7: what was done after the sign-off does not mend it',
		facts: [competent, retracts('2026-03-01', 'round-2'), round('2026-03-02')],
		at: '2026-03-03',
		says: 'no sign_off_unsound ready-for-sign-off',
	},
	{
		rule: '7: whatever was not met',
		facts: [working, reads('2026-01-12', { version: 1 }), sitsQuiz('2026-01-13'), threeRounds, firstSignOff],
		at: '2026-03-01',
		says: unsound,
	},
	{
		rule: '7: held to the policy it was made under',
		facts: [learned, threeRounds.slice(0, 2), signsOff('2026-02-20', '2027-02-20', { policy: 'old' })],
		at: '2026-03-01',
		rules: {
			...rulesWith(),
			earlier: {
				policies: new Map([['old', policyWith({ observation: { passes: 2 } })]]),
				privileges: new Map(),
				checklists: new Map(),
			},
		},
		says: whole,
	},
	{
		rule: '7: and to the version of the privilege',
		facts: [learned, threeRounds.slice(0, 2), { ...signsOff('2026-02-20', '2027-02-20'), contentVersionId: 'oral-1' }],
		at: '2026-03-01',
		rules: {
			...rulesWith(),
			earlier: {
				policies: new Map(),
				privileges: new Map([['oral-1', withObservation({ passes: 2 })]]),
				checklists: new Map(),
			},
		},
		says: whole,
	},
	{
		rule: '9: age is asked until the day itself',
		facts: [minor, watched.slice(1), firstSignOff],
		at: '2026-05-31 23:59',
		says: 'no under_18_no_decision paused',
	},
	{
		rule: '9: and not on it',
		facts: [minor, watched.slice(1), firstSignOff],
		at: '2026-06-01 00:00',
		says: whole,
	},
	{
		rule: '9: the newest decision about age holds',
		facts: [
			minor,
			watched.slice(1),
			firstSignOff,
			mayThoughYoung(false, '2026-02-01'),
			mayThoughYoung(true, '2026-03-01', 'administer-oral'),
		],
		at: '2026-03-02',
		says: whole,
	},
	{
		rule: '9: a role that was lost, until it is had again',
		facts: [competent, leaves('2026-03-01', '2026-03-01'), starts('2026-03-02', { role: 'administrator' })],
		at: '2026-03-03',
		rules: only(asking({ kind: 'role', roles: ['carer'] })),
		says: 'no role_missing paused',
	},
	{
		rule: '9: an award is good to the end of its last day, and so is what asks for it',
		facts: [competent, award('first-aid', '2026-01-06', '2026-10-25')],
		at: '2026-03-03',
		rules: only(asking({ kind: 'award', award: 'first-aid' })),
		says: 'yes competent competent 2026-10-26T00:00Z',
	},
	{
		rule: '9: of two awards of one kind the newest',
		facts: [competent, award('first-aid', '2026-01-06', null), award('first-aid', '2026-02-06', '2026-03-01')],
		at: '2026-03-03',
		rules: only(asking({ kind: 'award', award: 'first-aid' })),
		says: 'no award_missing paused',
	},
	{
		rule: '9: a document that has a newer version',
		facts: [competent, fact('declaration', '2026-01-06', { document: 'our-way', version: 1 })],
		at: '2026-03-03',
		rules: only(asking({ kind: 'declaration', document: 'our-way' }), { ...policyWith(), documents: { 'our-way': 2 } }),
		says: 'no declaration_missing expired',
	},
	{
		rule: '9: a prerequisite that was lost',
		facts: [competent, signsOff('2026-03-01', '2027-03-01', { privilege: 'assess' }), pauses('2026-03-02')],
		at: '2026-03-03',
		question: { privilege: 'assess' },
		says: 'no prerequisite_missing paused',
	},
	{
		rule: '9: one that is held only by an override is not held',
		facts: [
			watched,
			overrides('2026-03-01', '2026-03-09'),
			signsOff('2026-03-01', '2027-03-01', { privilege: 'assess' }),
		],
		at: '2026-03-03',
		question: { privilege: 'assess' },
		says: 'no prerequisite_missing paused',
	},
	{
		rule: '11: valid no longer than its prerequisite',
		facts: [competent, signsOff('2026-03-01', '2028-03-01', { privilege: 'assess' })],
		at: '2026-03-03',
		question: { privilege: 'assess' },
		says: whole,
	},
	{
		rule: '11: due soon from so many days before the last day',
		facts: [competent],
		at: '2026-12-22 00:00',
		says: 'yes competent due-soon 2027-02-21T00:00Z',
	},
	{ rule: '11: and not the day before', facts: [competent], at: '2026-12-21 23:59', says: whole },
	{
		rule: '11: months are counted in days from January 2027',
		facts: [watched, signsOff('2026-02-20', '2026-08-31')],
		at: '2026-07-03',
		rules: under({ dueSoon: 'P2M' as never }),
		says: 'yes competent due-soon 2026-08-31T23:00Z',
	},
	{
		rule: 'an override holds up to its end',
		facts: [learned, overrides('2026-02-01', '2026-02-01 20:00')],
		at: '2026-02-01 19:59',
		says: 'yes override_active ready-to-observe 2026-02-01T20:00Z',
	},
	{
		rule: 'and not at it',
		facts: [learned, overrides('2026-02-01', '2026-02-01 20:00')],
		at: '2026-02-01 20:00',
		says: 'no observations_short ready-to-observe',
	},
	{
		rule: 'an override for the whole provider is none',
		facts: [learned, overrides('2026-02-01', '2026-02-01 20:00', { site: null })],
		at: '2026-02-01 19:59',
		says: 'no observations_short ready-to-observe',
	},
	{
		rule: 'an override does not turn a pause',
		facts: [competent, pauses('2026-03-01'), overrides('2026-03-02', '2026-03-03')],
		at: '2026-03-02 18:00',
		says: 'no paused_review paused',
	},
	{
		rule: 'an override ends with the work',
		facts: [learned, leaves('2026-02-01', '2026-02-01'), overrides('2026-02-01', '2026-02-02 08:00')],
		at: '2026-02-01 20:00',
		says: 'yes override_active ready-to-observe 2026-02-02T00:00Z',
	},
];

const requirements: Row[] = [
	{
		rule: 'a failed round starts the count again',
		facts: [
			learned,
			threeRounds.slice(0, 2),
			round('2026-02-10', { passed: false }),
			round('2026-02-16'),
			firstSignOff,
		],
		at: '2026-03-01',
		says: unsound,
	},
	{
		rule: 'unless passes need not follow each other',
		facts: [
			learned,
			threeRounds.slice(0, 2),
			round('2026-02-10', { passed: false }),
			round('2026-02-16'),
			firstSignOff,
		],
		at: '2026-03-01',
		rules: under({ observation: { consecutive: false } }),
		says: whole,
	},
	{
		rule: 'rounds on different days',
		facts: [learned, round('2026-02-02 08:00'), round('2026-02-02 17:00'), round('2026-02-03 08:00'), firstSignOff],
		at: '2026-03-01',
		says: unsound,
	},
	{
		rule: 'at different times of day',
		facts: [learned, round('2026-02-02 08:00'), round('2026-02-03 08:00'), round('2026-02-04 08:00'), firstSignOff],
		at: '2026-03-01',
		says: unsound,
	},
	{
		rule: 'by different assessors, where asked for',
		facts: [competent],
		at: '2026-03-01',
		rules: under({ observation: { assessors: 3 } }),
		says: unsound,
	},
	{
		rule: 'never more of each than passes',
		facts: [learned, round('2026-02-02 08:00'), firstSignOff],
		at: '2026-03-01',
		rules: under({ observation: { passes: 1, assessors: 3 } }),
		says: whole,
	},
	{
		rule: 'a round too old when it was signed off',
		facts: [learned, threeRounds, signsOff('2026-08-03', '2027-02-20')],
		at: '2026-08-04',
		says: unsound,
	},
	{
		rule: 'good to the end of the day so long after',
		facts: [learned, threeRounds, signsOff('2026-08-02 23:59', '2027-02-20')],
		at: '2026-08-04',
		says: whole,
	},
	{
		rule: 'a simulated round does not count',
		facts: [learned, threeRounds.map(simulated), firstSignOff],
		at: '2026-03-01',
		says: unsound,
	},
	{
		rule: 'unless the privilege allows it',
		facts: [learned, threeRounds.map(simulated), firstSignOff],
		at: '2026-03-01',
		rules: only(withObservation({ simulation: true })),
		says: whole,
	},
	{
		rule: 'each variant so many times',
		facts: [
			learned,
			ofVariant(round('2026-02-02 08:00'), 'spray'),
			ofVariant(round('2026-02-03 17:00'), 'spray'),
			firstSignOff,
		],
		at: '2026-03-01',
		rules: only(withObservation({ passes: 1, variants: ['spray', 'tube'] })),
		says: unsound,
	},
	{
		rule: 'and then it is enough',
		facts: [
			learned,
			ofVariant(round('2026-02-02 08:00'), 'spray'),
			ofVariant(round('2026-02-03 17:00'), 'tube'),
			firstSignOff,
		],
		at: '2026-03-01',
		rules: only(withObservation({ passes: 1, variants: ['spray', 'tube'] })),
		says: whole,
	},
	{
		rule: 'a line not seen is outstanding',
		facts: [
			learned,
			['2026-02-02 08:10', '2026-02-09 17:05', '2026-02-16 08:10'].map((when) =>
				round(when, { results: { 'keeps-keys': 'not-seen', washes: 'yes', refusal: 'yes' } }),
			),
			firstSignOff,
		],
		at: '2026-03-01',
		says: unsound,
	},
	{
		rule: 'until a simulated round says yes',
		facts: [
			learned,
			threeRounds.slice(0, 2),
			round('2026-02-16', { results: { 'keeps-keys': 'not-seen', washes: 'yes', refusal: 'yes' } }),
			simulated(round('2026-02-17')),
			firstSignOff,
		],
		at: '2026-03-01',
		says: whole,
	},
	{
		rule: 'an outside assessment stands for the rounds',
		facts: [learned, outside('2026-02-01', null), firstSignOff],
		at: '2026-03-01',
		says: whole,
	},
	{
		rule: 'not at another site',
		facts: [learned, outside('2026-02-01', elmCourt), firstSignOff],
		at: '2026-03-01',
		says: unsound,
	},
];

const renewing = { renewal: { passes: 1, quiz: true, lateBy: 'P30D' } };
const elsewhere = (...more: Draft[]) => [
	...competent,
	starts('2026-03-01', { site: elmCourt }),
	...more,
	round('2026-03-02', { site: elmCourt }),
	signsOff('2026-03-03', '2027-03-03', { site: elmCourt }),
];
const newSite = { ...policyWith(), newSite: { passes: 1 } };

const lighterPaths: Row[] = [
	{
		rule: 'renewed with one round and the quiz',
		facts: [competent, sitsQuiz('2027-02-01'), round('2027-02-01'), signsOff('2027-02-02', '2028-02-20')],
		at: '2027-03-01',
		rules: under(renewing),
		says: 'yes competent competent 2028-02-21T00:00Z',
	},
	{
		rule: 'the quiz passed before does not do',
		facts: [competent, round('2027-02-01'), signsOff('2027-02-02', '2028-02-20')],
		at: '2027-03-01',
		rules: under(renewing),
		says: unsound,
	},
	{
		rule: 'nor a round of before',
		facts: [competent, sitsQuiz('2026-03-02'), signsOff('2026-03-02', '2028-02-20')],
		at: '2027-03-01',
		rules: under(renewing),
		says: unsound,
	},
	{
		rule: 'on the last day of being late',
		facts: [competent, sitsQuiz('2027-03-21'), round('2027-03-21'), signsOff('2027-03-22 23:59', '2028-03-22')],
		at: '2027-03-23',
		rules: under(renewing),
		says: 'yes competent competent 2028-03-23T00:00Z',
	},
	{
		rule: 'a day later everything is asked for again',
		facts: [competent, sitsQuiz('2027-03-21'), round('2027-03-21'), signsOff('2027-03-23 00:00', '2028-03-22')],
		at: '2027-03-23',
		rules: under(renewing),
		says: unsound,
	},
	{
		rule: 'what was not sound cannot be renewed',
		facts: [
			competent,
			retracts('2026-03-01', 'round-2'),
			sitsQuiz('2027-02-01'),
			round('2027-02-01'),
			signsOff('2027-02-02', '2028-02-20'),
		],
		at: '2027-03-01',
		rules: under(renewing),
		says: unsound,
	},
	{
		rule: 'an outside assessment stands for the round of a renewal',
		facts: [
			competent,
			sitsQuiz('2027-02-01'),
			outside('2027-02-01', null, '2027-01-31'),
			signsOff('2027-02-02', '2028-02-20'),
		],
		at: '2027-03-01',
		rules: under(renewing),
		says: 'yes competent competent 2028-02-21T00:00Z',
	},
	{
		rule: 'one round at a new site',
		facts: elsewhere(),
		at: '2026-03-04',
		rules: rulesWith(newSite),
		question: { siteId: elmCourt },
		says: 'yes competent competent 2027-03-04T00:00Z',
	},
	{
		rule: 'not while paused at the old',
		facts: elsewhere(pauses('2026-03-01')),
		at: '2026-03-04',
		rules: rulesWith(newSite),
		question: { siteId: elmCourt },
		says: unsound,
	},
	{
		rule: 'one round for agency staff',
		facts: [
			agencyWork('2026-01-05'),
			award('agency-record', '2026-01-05', '2026-04-30', { privilege: null, site: null }),
			learned.slice(1),
			round('2026-02-02'),
			firstSignOff,
		],
		at: '2026-03-01',
		says: 'yes competent competent 2026-04-30T23:00Z',
	},
	{
		rule: 'none asked for is none needed',
		facts: [
			agencyWork('2026-01-05'),
			award('agency-record', '2026-01-05', null, { privilege: null }),
			learned.slice(1),
			firstSignOff,
		],
		at: '2026-03-01',
		rules: rulesWith({ ...policyWith(), agency: { passes: 0, validity: 'P30D' } }),
		says: whole,
	},
];

const awayAsksARound = under({ absence: { longest: 'P30D', asks: 'observation' } });

const lookedAtAgain: Row[] = [
	{
		rule: 'new content is asked for by a day',
		facts: [competent],
		at: '2026-05-02',
		rules: changed(newModule),
		says: 'yes competent due-soon 2026-05-29T23:00Z',
	},
	{
		rule: 'not before it is in force',
		facts: [competent],
		at: '2026-05-01 08:59',
		rules: changed(newModule),
		says: whole,
	},
	{
		rule: 'and on that day it is over',
		facts: [competent, reads('2026-04-30', { version: 3 })],
		at: '2026-05-30 00:00',
		rules: changed(newModule),
		says: 'no module_missing expired',
	},
	{
		rule: 'reading the new version does it',
		facts: [competent, reads('2026-05-02', { version: 3 })],
		at: '2026-05-30 00:00',
		rules: changed(newModule),
		says: whole,
	},
	{
		rule: 'acknowledging an older one does not',
		facts: [competent, fact('acknowledgement', '2026-05-02', { content: 'module', slug: 'by-mouth', version: 2 })],
		at: '2026-05-30 00:00',
		rules: changed(newModule),
		says: 'no module_missing expired',
	},
	{
		rule: 'whoever was signed off since is asked as well',
		facts: [watched, signsOff('2026-05-01 09:00', '2027-02-20')],
		at: '2026-05-02',
		rules: changed(newModule),
		says: 'yes competent due-soon 2026-05-29T23:00Z',
	},
	{
		rule: 'of two, the one that was due first',
		facts: [competent],
		at: '2026-06-01',
		rules: changed(newModule, { ...newModule, asks: 'quiz', grace: 'P7D' }),
		says: 'no quiz_not_passed expired',
	},
	{
		rule: 'a long absence asks for a round on coming back',
		facts: [competent, away('2026-04-01', '2026-04-01', '2026-05-02'), round('2026-04-30')],
		at: '2026-05-02',
		rules: awayAsksARound,
		says: 'no observations_short expired',
	},
	{
		rule: 'a round after it does',
		facts: [competent, away('2026-04-01', '2026-04-01', '2026-05-02'), round('2026-05-02 08:00')],
		at: '2026-05-02',
		rules: awayAsksARound,
		says: whole,
	},
	{
		rule: 'a shorter absence asks for nothing',
		facts: [competent, away('2026-04-01', '2026-04-01', '2026-05-01')],
		at: '2026-05-02',
		rules: awayAsksARound,
		says: whole,
	},
	{
		rule: 'nobody knows when they come back',
		facts: [competent, away('2026-04-01', '2026-04-01', null)],
		at: '2026-04-02',
		rules: awayAsksARound,
		says: 'yes competent due-soon 2026-05-01T23:00Z',
	},
	{
		rule: 'a gap between two spells of work, anywhere',
		facts: [competent, leaves('2026-04-01', '2026-04-01'), starts('2026-05-03', { site: null })],
		at: '2026-05-04',
		rules: awayAsksARound,
		says: 'no observations_short expired',
	},
	{
		rule: 'work at another site is no gap',
		facts: [
			competent,
			starts('2026-03-01', { site: elmCourt }),
			leaves('2026-04-01', '2026-04-01'),
			starts('2026-05-03'),
		],
		at: '2026-05-04',
		rules: awayAsksARound,
		says: whole,
	},
	{
		rule: 'a lifted pause that asks for a round',
		facts: [competent, pauses('2026-03-01', { id: 'pause' }), liftsAsking('2026-03-02', 'pause', 'observation')],
		at: '2026-03-02',
		says: 'no observations_short expired',
	},
	{
		rule: 'which is then done',
		facts: [
			competent,
			pauses('2026-03-01', { id: 'pause' }),
			liftsAsking('2026-03-02', 'pause', 'observation'),
			round('2026-03-02'),
		],
		at: '2026-03-02',
		says: whole,
	},
	{
		rule: 'a spot check after the sign-off',
		facts: [competent],
		at: '2026-03-02',
		rules: only({ ...oral, spotCheck: 'P6M' }),
		says: 'yes competent competent 2026-08-20T23:00Z',
	},
	{
		rule: 'after every round anew',
		facts: [competent, round('2026-08-01')],
		at: '2026-08-21',
		rules: only({ ...oral, spotCheck: 'P6M' }),
		says: 'yes competent competent 2027-02-02T00:00Z',
	},
	{
		rule: 'and missed',
		facts: [competent],
		at: '2026-08-21 00:00',
		rules: only({ ...oral, spotCheck: 'P6M' }),
		says: 'no observations_short expired',
	},
];

const delegated = only(asking({ kind: 'delegation' }));
const forOne: Partial<Question> = { person: 'resident-1' };
const ended = fact('delegation-ended', '2026-03-05', { delegation: 'first' });

const delegations: Row[] = [
	{
		rule: 'asked without naming anybody',
		facts: [competent, delegates('2026-03-01', 'resident-1', '2026-06-30', 'first')],
		at: '2026-03-02',
		rules: delegated,
		says: 'no delegation_missing competent',
	},
	{
		rule: 'for the person supported, to the end of its review day',
		facts: [competent, delegates('2026-03-01', 'resident-1', '2026-06-30', 'first')],
		at: '2026-03-02',
		rules: delegated,
		question: forOne,
		says: 'yes competent competent 2026-06-30T23:00Z',
	},
	{
		rule: 'not for another',
		facts: [competent, delegates('2026-03-01', 'resident-2', '2026-06-30', 'first')],
		at: '2026-03-02',
		rules: delegated,
		question: forOne,
		says: 'no delegation_missing competent',
	},
	{
		rule: 'past its review day',
		facts: [competent, delegates('2026-03-01', 'resident-1', '2026-06-30', 'first')],
		at: '2026-07-01 00:00',
		rules: delegated,
		question: forOne,
		says: 'no delegation_expired competent',
	},
	{
		rule: 'ended before',
		facts: [competent, delegates('2026-03-01', 'resident-1', '2026-06-30', 'first'), ended],
		at: '2026-03-06',
		rules: delegated,
		question: forOne,
		says: 'no delegation_missing competent',
	},
	{
		rule: 'an override delegates nothing',
		facts: [competent, overrides('2026-03-01', '2026-03-03')],
		at: '2026-03-02',
		rules: delegated,
		question: forOne,
		says: 'no delegation_missing competent',
	},
];

function said(answer: OracleAnswer): string {
	const until = answer.validUntil?.toISOString().replace(':00.000Z', 'Z');
	return [answer.permit ? 'yes' : 'no', answer.code, answer.standing, ...(until ? [until] : [])].join(' ');
}

describe.each([
	['what counts', whatCounts],
	['in this order', inOrder],
	['requirements', requirements],
	['lighter paths', lighterPaths],
	['looked at again', lookedAtAgain],
	['delegation', delegations],
])('%s', (_, rows) => {
	test.each(rows)('$rule', ({ facts, at, knownAt, rules = rulesWith(), question, says }) => {
		const asked: Question = { privilege: 'administer-oral', siteId: roseHouse, ...question };
		const answer = oracleDecides(rules, history(...facts), asked, moment(at), moment(knownAt ?? at));
		expect(said(answer)).toBe(says);
	});
});

describe('two people', () => {
	const until = (text: string) => moment(text);
	const yes = (text: string): OracleAnswer => ({
		permit: true,
		code: 'competent',
		standing: 'competent',
		validUntil: until(text),
	});
	const learning: OracleAnswer = { permit: false, code: 'supervised_only', standing: 'supervised', validUntil: null };
	const onCall: OracleAnswer = { ...yes('2026-03-01'), code: 'override_active' };
	const nobody = {
		supervisor: null,
		witness: null,
		witnessForTheTask: null,
		witnessIsAsked: false,
		supervisorMayWitness: true,
		notDelegated: null,
		delegatedUntil: null,
		isCover: false,
		holdsPrerequisites: false,
	};
	const amara = (answer: OracleAnswer) => ({ personId: 'amara', answer });
	const ben = (answer: OracleAnswer) => ({ personId: 'ben', answer });

	test.each([
		['alone, when supervised', { subject: amara(learning) }, 'no supervised_only supervised'],
		[
			'with a competent supervisor',
			{ subject: amara(learning), supervisor: ben(yes('2026-03-01')) },
			'yes supervised_only supervised 2026-03-01T12:00Z',
		],
		[
			'with themselves',
			{ subject: amara(learning), supervisor: amara(yes('2026-03-01')) },
			'no supervised_only supervised',
		],
		[
			'with a supervisor who is only allowed on call',
			{ subject: amara(learning), supervisor: ben(onCall) },
			'no supervised_only supervised',
		],
		[
			'without the delegation it asks for',
			{ subject: amara(learning), supervisor: ben(yes('2026-03-01')), notDelegated: 'delegation_missing' as const },
			'no delegation_missing supervised',
		],
		[
			'no longer than it is delegated to them',
			{
				subject: amara(learning),
				supervisor: ben(yes('2026-03-02')),
				delegatedUntil: new Date('2026-03-01T12:00:00Z'),
			},
			'yes supervised_only supervised 2026-03-01T12:00Z',
		],
		[
			'a supervisor makes nobody competent',
			{
				subject: amara({ ...learning, code: 'expired' as const, standing: 'expired' as const }),
				supervisor: ben(yes('2026-03-01')),
			},
			'no expired expired',
		],
		['without a witness', { subject: amara(yes('2026-03-01')), witnessIsAsked: true }, 'no witness_missing competent'],
		[
			'with one, to the earlier of the two',
			{ subject: amara(yes('2026-03-02')), witness: ben(yes('2026-03-01')), witnessIsAsked: true },
			'yes competent competent 2026-03-01T12:00Z',
		],
		[
			'with themselves for a witness',
			{ subject: amara(yes('2026-03-02')), witness: amara(yes('2026-03-01')), witnessIsAsked: true },
			'no witness_missing competent',
		],
		[
			'the supervisor may be the witness',
			{
				subject: amara(learning),
				supervisor: ben(yes('2026-03-02')),
				witness: ben(yes('2026-03-01')),
				witnessIsAsked: true,
			},
			'yes supervised_only supervised 2026-03-01T12:00Z',
		],
		[
			'the supervisor may not, where policy says so',
			{
				subject: amara(learning),
				supervisor: ben(yes('2026-03-02')),
				witness: ben(yes('2026-03-01')),
				witnessIsAsked: true,
				supervisorMayWitness: false,
			},
			'no witness_missing supervised',
		],
		[
			'on call, with a witness who may not give it either',
			{ subject: amara(onCall), witness: ben(yes('2026-03-02')), witnessIsAsked: true },
			'no witness_missing competent',
		],
		[
			'on call, with a witness who may give it',
			{
				subject: amara(onCall),
				witness: ben(yes('2026-03-02')),
				witnessForTheTask: yes('2026-02-01'),
				witnessIsAsked: true,
			},
			'yes override_active competent 2026-03-01T12:00Z',
		],
		[
			'on call, where everything that the task rests on is held',
			{ subject: amara(onCall), witness: ben(yes('2026-03-02')), holdsPrerequisites: true, witnessIsAsked: true },
			'yes override_active competent 2026-03-01T12:00Z',
		],
		[
			'on call, for cover',
			{ subject: amara(onCall), witness: ben(yes('2026-03-02')), isCover: true, witnessIsAsked: true },
			'yes override_active competent 2026-03-01T12:00Z',
		],
		[
			'alone, with a second check by telephone',
			{ subject: amara({ ...yes('2026-03-01'), code: 'second_check_by_telephone' as const }), witnessIsAsked: true },
			'yes second_check_by_telephone competent 2026-03-01T12:00Z',
		],
		[
			'on call, a witness is asked for as well',
			{ subject: amara(onCall), witnessIsAsked: true },
			'no witness_missing competent',
		],
	])('%s', (_, together, says) => {
		expect(said(oracleDecidesTogether({ ...nobody, ...together }))).toBe(says);
	});
});

type Decides = (
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date,
) => OracleAnswer;

function ask(decides: Decides, { rules, evidence, question, at, knownAt }: Asking): OracleAnswer {
	return decides(rules, evidence, question, at, knownAt);
}

/** The product's answer, in the oracle's shape. */
const product: Decides = (rules, evidence, question, at, knownAt) => {
	const { permit, code, standing, validUntil } = decide(rules, evidence, question, at, knownAt);
	return { permit, code, standing, validUntil: permit ? validUntil : null };
};

/** The question itself, and for a permit again at the last instant of its validity and at the first after it. */
function questionsIn(asking: Asking, answer: OracleAnswer): Asking[] {
	const end = answer.validUntil?.getTime();
	if (end === undefined) return [asking];
	const later = [end - 1, end].map((time) => {
		const at = new Date(time);
		return { ...asking, at, knownAt: asking.knownAt > at ? asking.knownAt : at };
	});
	return [asking, ...later];
}

function disagree(asking: Asking): boolean {
	return said(ask(product, asking)) !== said(ask(oracleDecides, asking));
}

function firstDisagreement(asking: Asking): Asking | undefined {
	return questionsIn(asking, ask(oracleDecides, asking)).find(disagree);
}

/** Both answers without their instants. */
function bothSay(asking: Asking): string {
	const { permit, code, standing } = ask(product, asking);
	const other = ask(oracleDecides, asking);
	return [permit, code, standing, other.permit, other.code, other.standing, disagree(asking)].join(' ');
}

/** As few facts as still disagree in the same way. */
function fewestFacts(asking: Asking): Asking {
	for (const fact of asking.evidence) {
		const without = { ...asking, evidence: asking.evidence.filter((each) => each !== fact) };
		if (bothSay(without) === bothSay(asking)) return fewestFacts(without);
	}
	return asking;
}

function told(asking: Asking): string {
	const { rules, evidence, question, at, knownAt } = asking;
	return [
		`the product says ${said(ask(product, asking))}`,
		`the oracle says  ${said(ask(oracleDecides, asking))}`,
		`asked ${JSON.stringify(question)} at ${at.toISOString()} as known at ${knownAt.toISOString()}`,
		`under ${JSON.stringify(rules.policy)}`,
		`where it asks for ${JSON.stringify(rules.privileges.get(question.privilege))}`,
		`and since has changed ${JSON.stringify(rules.changes)}; earlier rules: ${rules.earlier ? 'some' : 'none'}`,
		...evidence.map((fact) => JSON.stringify(fact)),
	].join('\n');
}

const seed = 20_260_329;
const lives = 10_000;

/** In parts, so that something is heard of them now and then. */
const inParts = (all: number) => [0, 1, 2, 3].map((part) => ({ seed: seed + part, numRuns: all / 4 }));
const parts = inParts(lives);

test.each(inParts(amounts.lives))(
	`the product and the oracle agree on ${amounts.lives} working lives, from $seed`,
	{ timeout: 300_000 },
	(part) => {
		const agreed = fc.check(
			fc.property(askings, (asking) => firstDisagreement(asking) === undefined),
			part,
		);
		const shrunk = agreed.counterexample?.[0];
		const disagreement = shrunk && firstDisagreement(shrunk);
		if (disagreement) expect.fail(`run ${agreed.numRuns}: ${told(fewestFacts(disagreement))}`);
		expect(agreed.failed, String(agreed.errorInstance)).toBe(false);
	},
);

/** What the oracle answers in so many lives, commonest first. */
function spread(of: (answer: OracleAnswer) => string, answers: readonly OracleAnswer[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const answer of answers) counts.set(of(answer), (counts.get(of(answer)) ?? 0) + 1);
	return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** Told once for all controls. */
let toldLives: Asking[] | undefined;
function allLives(): Asking[] {
	toldLives ??= parts.flatMap((part) => fc.sample(askings, part));
	return toldLives;
}

/** Never by `decide` alone. */
const ofOthers = ['unknown_person', 'unknown_site', 'stale_answer', 'witness_missing'];

test('control: those lives come to every answer there is, and a fifth of them to a permit', {
	timeout: 180_000,
}, () => {
	const answers = allLives().map((asking) => ask(oracleDecides, asking));
	const codes = spread(({ code }) => code, answers);
	const positions = spread(({ standing }) => standing, answers);
	const together = spread(({ code, standing }) => `${code} ${standing}`, answers);
	console.log(Object.fromEntries(codes), Object.fromEntries(positions));
	for (const code of reasonCodes.filter((each) => !ofOthers.includes(each)))
		expect(codes.get(code) ?? 0, code).toBeGreaterThanOrEqual(lives / 200);
	for (const standing of standings) expect(positions.get(standing) ?? 0, standing).toBeGreaterThanOrEqual(lives / 150);
	const rare = [
		'withdrawn ready-for-sign-off',
		'sign_off_unsound ready-for-sign-off',
		'sign_off_missing ready-for-sign-off',
		'override_active not-required',
		'override_active paused',
		'declaration_missing expired',
		'module_missing expired',
		'quiz_not_passed expired',
		'not_assessed not-required',
	];
	for (const each of rare) expect(together.get(each) ?? 0, each).toBeGreaterThanOrEqual(lives / 2000);
	expect(answers.filter(({ permit }) => permit).length).toBeGreaterThanOrEqual(lives / 5);
});

describe('control: in some of those lives, what decides is', () => {
	test.each(Object.keys(knockOuts))('%s', { timeout: 180_000 }, (name) => {
		const enough = lives / 5000;
		let decided = 0;
		for (const asking of allLives()) {
			const other = knockOuts[name]?.(asking);
			if (!other || other === asking) continue;
			if (said(ask(oracleDecides, asking)) !== said(ask(oracleDecides, other))) decided += 1;
			if (decided === enough) break;
		}
		expect(decided).toBe(enough);
	});
});

test('the product and the oracle agree where two people act together', { timeout: 120_000 }, () => {
	const people = fc.sample(askings, { seed, numRuns: 6000 }).map((asking, place) => {
		const { rules, evidence, question, at, knownAt } = asking;
		return {
			personId: `person ${place % 2900}`,
			decision: decide(rules, evidence, question, at, knownAt),
			answer: ask(oracleDecides, asking),
			...oracleDelegation(rules, evidence, question, at, knownAt),
			...oracleOverride(rules, evidence, question, at, knownAt),
		};
	});
	const good = people.filter(({ decision }) => decision.code === 'competent');
	const counts = new Map<string, number>();
	for (const [place, subject] of people.entries()) {
		// Every second time somebody whose own answer is yes: of anybody few would do.
		const from = place % 2 ? good : people;
		const [supervisor, witness] = [from[(place * 7) % from.length], from[(place * 13) % from.length]];
		const witnessIsAsked = place % 3 === 0;
		const { permit, code, standing, validUntil } = decideTogether(
			{
				...subject,
				supervisor: place % 5 ? supervisor : undefined,
				witness: place % 7 && witness ? { ...witness, holdsTask: witness.decision.code === 'competent' } : undefined,
			},
			{ witness: 'witness-controlled-drug' },
			{ witness: witnessIsAsked, supervisorMayWitness: true },
		);
		const product = said({ permit, code, standing, validUntil: permit ? validUntil : null });
		const { notDelegated, delegatedUntil, isCover, holdsPrerequisites } = subject;
		const oracle = oracleDecidesTogether({
			subject,
			supervisor: (place % 5 && supervisor) || null,
			witness: (place % 7 && witness) || null,
			witnessForTheTask: (place % 7 && witness?.answer) || null,
			witnessIsAsked,
			supervisorMayWitness: true,
			notDelegated,
			delegatedUntil,
			isCover,
			holdsPrerequisites,
		});
		expect(product).toBe(said(oracle));
		const key = `${permit} ${code}`;
		counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	const reached = ['true supervised_only', 'false witness_missing', 'false supervised_only', 'true competent'];
	for (const key of reached) expect(counts.get(key) ?? 0, key).toBeGreaterThan(20);
	const undelegated = people.filter(({ decision: { delegation } }) => delegation && 'missing' in delegation);
	expect(undelegated.length).toBeGreaterThan(5);
});
