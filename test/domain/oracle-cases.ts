import type { Checklist } from '../../app/domain/checklist.ts';
import type { Evidence, EvidenceKind, EvidenceOf, Payload } from '../../app/domain/evidence.ts';
import type { Policy } from '../../app/domain/policy.ts';
import type { Privilege, Requirement } from '../../app/domain/privilege.ts';
import type { ReasonCode } from '../../app/domain/reason.ts';
import type { ContentChange, Question, Rules, Standing } from '../../app/domain/rules.ts';
import {
	allowsOnCall,
	assess,
	assessedOutside,
	awarded,
	away,
	competent,
	type Draft,
	decidesAge,
	declares,
	delegates,
	elmCourt,
	firstSignOff,
	history,
	learned,
	leaves,
	lifts,
	moment,
	oral,
	oralRound,
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
	supervised,
	threeRounds,
	watched,
	withdraws,
	working,
} from './support.ts';

/** Sentences and examples of content/rules.md, each with the answer that the page gives. For any rule that decides. */
export interface Case {
	name: string;
	rules: Rules;
	evidence: Evidence[];
	question: Question;
	at: Date;
	knownAt?: Date;
	answer: { permit: boolean; code: ReasonCode; standing: Standing; validUntil: Date | null };
}

interface More {
	rules?: Rules;
	question?: Partial<Question>;
	knownAt?: string;
}

/** `yes competent due-soon 2026-05-29T23:00Z`: permit, code, standing and, for a permit, until when. */
function one(name: string, says: string, at: string, facts: (Draft | Draft[])[], more: More = {}): Case {
	const [permit, code, standing, until] = says.split(' ');
	return {
		name,
		rules: more.rules ?? rulesWith(),
		evidence: history(...facts),
		question: { privilege: 'administer-oral', siteId: roseHouse, ...more.question },
		at: moment(at),
		...(more.knownAt ? { knownAt: moment(more.knownAt) } : {}),
		answer: {
			permit: permit === 'yes',
			code: code as ReasonCode,
			standing: standing as Standing,
			validUntil: until ? new Date(until) : null,
		},
	};
}

function fact<K extends EvidenceKind>(kind: K, when: string, payload: Payload<K>, given: Partial<Draft> = {}): Draft {
	const draft: Omit<EvidenceOf<K>, 'seq'> = {
		id: `${kind} of ${when}`,
		kind,
		personId: 'amara',
		privilege: 'administer-oral',
		siteId: roseHouse,
		observedAt: moment(when),
		recordedAt: moment(when),
		recordedBy: 'grace',
		contentVersionId: null,
		supersedes: null,
		payload,
	};
	return { ...draft, ...given } as unknown as Draft;
}

const changed = (draft: Draft, payload: object): Draft =>
	({ ...draft, payload: { ...draft.payload, ...payload } }) as Draft;
const under = (changes: Parameters<typeof policyWith>[0]): Rules => rulesWith(policyWith(changes));
const shift = under({ endOfShift: '08:00' as never });
const only = (entry: Privilege, policy: Policy = policyWith()): Rules => rulesWith(policy, [entry, assess]);
const asking = (...more: Requirement[]): Privilege => ({ ...oral, requirements: [...more, ...oral.requirements] });
const withRounds = (changes: object): Privilege => ({
	...oral,
	requirements: oral.requirements.map((each) => (each.kind === 'observation' ? { ...each, ...changes } : each)),
});
const note = '0'.repeat(64);
const whole = 'yes competent competent 2027-02-21T00:00Z';
const short = 'no observations_short ready-to-observe';
const ready = 'no sign_off_missing ready-for-sign-off';
const unsound = 'no sign_off_unsound in-training';

const whatCounts: Case[] = [
	one(
		'a round of Monday, typed in on Wednesday, counts for Tuesday',
		ready,
		'2026-02-17',
		[learned, threeRounds.slice(0, 2), round('2026-02-16 08:10', { known: '2026-02-18' })],
		{ knownAt: '2026-02-18' },
	),
	one('but not as known on Tuesday', short, '2026-02-17', [
		learned,
		threeRounds.slice(0, 2),
		round('2026-02-16 08:10', { known: '2026-02-18' }),
	]),
	one('good until 14 March: to midnight', 'no expired expired', '2027-03-15 00:00', [
		watched,
		signsOff('2026-02-20', '2027-03-14'),
	]),
	one(
		'with endOfShift, to the minute before eight',
		'yes competent due-soon 2027-03-15T08:00Z',
		'2027-03-15 07:59',
		[watched, signsOff('2026-02-20', '2027-03-14')],
		{ rules: shift },
	),
	one('and not at eight', 'no expired expired', '2027-03-15 08:00', [watched, signsOff('2026-02-20', '2027-03-14')], {
		rules: shift,
	}),
	one(
		'work ends with its day, whatever endOfShift says',
		'no left not-required',
		'2026-07-01 00:00',
		[competent, leaves('2026-06-01', '2026-06-30')],
		{ rules: shift },
	),
	one(
		'an award lasts to the end of the shift',
		'yes competent competent 2026-10-26T08:00Z',
		'2026-10-26 07:00',
		[competent, awarded('2026-01-06', '2026-10-25', { award: 'first-aid' })],
		{ rules: only(asking({ kind: 'award', award: 'first-aid' }), policyWith({ endOfShift: '08:00' as never })) },
	),
];

const since = [round('2026-05-11 08:10'), round('2026-05-12 17:00'), round('2026-05-13 08:10')];
const lateRenewal = under({ renewal: { passes: 1, quiz: false, lateBy: 'P30D' } });

const inOrder: Case[] = [
	one('Ola is ready for sign-off, and still refused', 'no withdrawn ready-for-sign-off', '2026-05-30', [
		competent,
		withdraws('2026-05-04'),
		since,
	]),
	one('not while paused', 'no withdrawn withdrawn', '2026-05-30', [
		competent,
		withdraws('2026-05-04'),
		since,
		pauses('2026-05-29'),
	]),
	one('withdrawn, and may practise since', 'no supervised_only supervised', '2026-05-06', [
		competent,
		withdraws('2026-05-04'),
		supervised('2026-05-05'),
	]),
	one('but not by a supervision of before', 'no withdrawn withdrawn', '2026-05-06', [
		competent,
		supervised('2026-05-03'),
		withdraws('2026-05-04'),
	]),
	one('a mistake in a renewal does not end what was there before', whole, '2026-06-02', [
		competent,
		signsOff('2026-06-01', '2027-06-01'),
	]),
	one('unless that has run out', unsound, '2027-03-01', [competent, signsOff('2026-06-01', '2027-06-01')]),
	one('nothing but the sign-off is missing', ready, '2026-02-17', [watched]),
	one('nothing but a quiz that a lifted pause asks for', 'no quiz_not_passed in-training', '2026-02-19', [
		watched,
		pauses('2026-02-17', { id: 'pause' }),
		lifts('2026-02-18', 'pause', { asks: 'quiz' }),
	]),
	one('nothing but a round that it asks for', short, '2026-02-19', [
		watched,
		pauses('2026-02-17', { id: 'pause' }),
		lifts('2026-02-18', 'pause', { asks: 'observation' }),
	]),
	one('run out, and watched since', ready, '2027-02-23', [competent, round('2027-02-22')], { rules: lateRenewal }),
	one('run out, and may practise since', 'no supervised_only supervised', '2027-02-22', [
		competent,
		supervised('2027-02-21'),
	]),
	one('but not by a supervision of before it ran out', 'no expired expired', '2027-02-22', [
		competent,
		supervised('2027-02-20'),
	]),
	one('a round taken back by mistake', unsound, '2026-03-02', [competent, retracts('2026-03-01', 'round-2')]),
	one('and entered again under its own day', whole, '2026-03-03', [
		competent,
		retracts('2026-03-01', 'round-2'),
		round('2026-02-09 17:05', { known: '2026-03-02', by: 'tomasz' }),
	]),
	one('not sound, and may practise since', 'no supervised_only supervised', '2026-03-03', [
		competent,
		retracts('2026-03-01', 'round-2'),
		supervised('2026-03-02'),
	]),
	one('not sound, and watched since', 'no sign_off_unsound ready-for-sign-off', '2026-03-03', [
		competent,
		retracts('2026-03-01', 'round-2'),
		round('2026-03-02 17:00'),
	]),
	one(
		'the window is never more than a third of the validity',
		'yes competent competent 2026-05-21T23:00Z',
		'2026-04-20',
		[watched, signsOff('2026-02-20', '2026-05-21')],
		{ rules: under({ privileges: { 'administer-oral': { validity: 'P90D' } } }) },
	),
	one(
		'and opens with its first day',
		'yes competent due-soon 2026-05-21T23:00Z',
		'2026-04-21 00:00',
		[watched, signsOff('2026-02-20', '2026-05-21')],
		{ rules: under({ privileges: { 'administer-oral': { validity: 'P90D' } } }) },
	),
];

const onAssess = { question: { privilege: 'assess' as const } };
const mayAssess = signsOff('2026-03-01', '2028-03-01', { privilege: 'assess' });
const delegated = only(asking({ kind: 'delegation' }));
const forOne = { rules: delegated, question: { person: 'R-17' } };
const oralDelegation = (when: string, reviewOn: string, id = 'delegation') =>
	delegates(when, reviewOn, { privilege: 'administer-oral', id });
const witnessed: Privilege = { ...oral, witness: 'witness-controlled-drug' };
const alone = fact('lone-giving', '2026-03-02', {
	until: moment('2026-03-02 20:00').toISOString(),
	secondCheck: 'nora',
	note,
});
const minor = changed(working[0] as Draft, { adultOn: '2026-06-01' });

const stopsAndOverrides: Case[] = [
	one(
		'nothing goes round a pause of what it rests on',
		'no prerequisite_missing paused',
		'2026-03-02 18:00',
		[
			competent,
			mayAssess,
			allowsOnCall('2026-03-02', '2026-03-03', { privilege: 'assess' }),
			pauses('2026-03-02 13:00'),
		],
		onAssess,
	),
	one(
		'what it rests on has run out: that is a lapse',
		'yes override_active paused 2027-03-03T12:00Z',
		'2027-03-02 18:00',
		[competent, mayAssess, allowsOnCall('2027-03-02', '2027-03-03', { privilege: 'assess' })],
		onAssess,
	),
	one('not for a stranger to the task', 'no module_missing not-started', '2026-01-06 13:00', [
		working,
		allowsOnCall('2026-01-06', '2026-01-07'),
	]),
	one(
		'unless policy names it',
		'yes override_active not-started 2026-01-07T12:00Z',
		'2026-01-06 13:00',
		[working, allowsOnCall('2026-01-06', '2026-01-07')],
		{ rules: under({ override: { untrained: ['administer-oral'] } }) },
	),
	one('not where age is asked and not met', 'no under_18_no_decision ready-to-observe', '2026-02-01 13:00', [
		minor,
		learned.slice(1),
		allowsOnCall('2026-02-01', '2026-02-02'),
	]),
	one(
		'the review day of a delegation has gone by',
		'yes override_active competent 2026-03-07T12:00Z',
		'2026-03-06 13:00',
		[competent, oralDelegation('2026-03-01', '2026-03-05'), allowsOnCall('2026-03-06', '2026-03-07')],
		forOne,
	),
	one(
		'but not where there is none',
		'no delegation_missing competent',
		'2026-03-06 13:00',
		[competent, allowsOnCall('2026-03-06', '2026-03-07')],
		forOne,
	),
	one(
		'cover, for somebody competent where they work',
		'yes override_active not-required 2026-03-03T12:00Z',
		'2026-03-02 13:00',
		[competent, allowsOnCall('2026-03-02', '2026-03-03', { site: elmCourt })],
		{ question: { siteId: elmCourt } },
	),
	one(
		'not once that has run out',
		'no site_induction_missing not-required',
		'2027-03-02 13:00',
		[competent, allowsOnCall('2027-03-02', '2027-03-03', { site: elmCourt })],
		{ question: { siteId: elmCourt } },
	),
	one(
		'nor while paused there',
		'no site_induction_missing not-required',
		'2026-03-02 13:00',
		[competent, pauses('2026-03-01', { site: elmCourt }), allowsOnCall('2026-03-02', '2026-03-03', { site: elmCourt })],
		{ question: { siteId: elmCourt } },
	),
	one(
		'giving alone',
		'yes second_check_by_telephone competent 2026-03-02T20:00Z',
		'2026-03-02 13:00',
		[competent, alone],
		{
			rules: only(witnessed),
		},
	),
	one('up to, not including, its end', whole, '2026-03-02 20:00', [competent, alone], { rules: only(witnessed) }),
	one('is nothing where no witness is named', whole, '2026-03-02 13:00', [competent, alone]),
	one('and makes nobody competent', 'no observations_short ready-to-observe', '2026-03-02 13:00', [learned, alone], {
		rules: only(witnessed),
	}),
];

const renewsWithQuiz = under({ renewal: { passes: 1, quiz: true, lateBy: 'P30D' } });
const renewed = [round('2027-02-01'), signsOff('2027-02-02', '2028-02-20')];
const half = { 'sees-it-swallowed': 'yes', 'keeps-keys': 'not-seen' } as const;
const agencyRecord = awarded('2026-01-05', null, { award: 'agency-record' });

const requirements: Case[] = [
	one('a quiz below the pass mark of this site', 'no quiz_not_passed in-training', '2026-01-14', [learned], {
		rules: under({ quiz: { passMark: 95 } }),
	}),
	one('a quiz too old at the sign-off', 'no quiz_not_passed in-training', '2026-02-17', [watched], {
		rules: under({ quiz: { maximumAge: 'P1M' } }),
	}),
	one(
		'good to the end of the day so long after its own',
		ready,
		'2026-02-16 23:59',
		[working, reads('2026-01-12'), sitsQuiz('2026-01-16'), threeRounds],
		{ rules: under({ quiz: { maximumAge: 'P1M' } }) },
	),
	one(
		'a quiz an hour after the last sign-off does not renew it',
		unsound,
		'2027-03-01',
		[competent, sitsQuiz('2026-02-20 16:30'), renewed],
		{ rules: renewsWithQuiz },
	),
	one(
		'one on the first day of the window does',
		'yes competent competent 2028-02-21T00:00Z',
		'2027-03-01',
		[competent, sitsQuiz('2026-12-22 00:00'), renewed],
		{ rules: renewsWithQuiz },
	),
	one('the day before it does not', unsound, '2027-03-01', [competent, sitsQuiz('2026-12-21 23:59'), renewed], {
		rules: renewsWithQuiz,
	}),
	one('age, by a spell of work elsewhere', 'no under_18_no_decision paused', '2026-03-02', [
		competent,
		changed(starts('2026-03-01', { site: elmCourt }), { adultOn: '2026-06-01' }),
	]),
	one('a yes for all privileges is none', 'no under_18_no_decision paused', '2026-03-02', [
		minor,
		watched.slice(1),
		firstSignOff,
		decidesAge('2026-01-06', true),
	]),
	one('a yes for this one is', whole, '2026-03-02', [
		minor,
		watched.slice(1),
		firstSignOff,
		decidesAge('2026-01-06', true, { privilege: 'administer-oral' }),
	]),
	one('a later no for all ends it', 'no under_18_no_decision paused', '2026-03-02', [
		minor,
		watched.slice(1),
		firstSignOff,
		decidesAge('2026-01-06', true, { privilege: 'administer-oral' }),
		decidesAge('2026-03-01', false),
	]),
];

const onForm = (form: Checklist, policy = policyWith()): Rules => ({
	...rulesWith(policy),
	checklists: new Map([[form.slug, form]]),
});
const formWith = (...criteria: object[]): Checklist =>
	({ ...oralRound, sections: [{ title: 'all', criteria }] }) as Checklist;
const line = (id: string, given: object = {}) => ({ id, text: id, critical: false, mayNotApply: false, ...given });
const critical = formWith(line('sees-it-swallowed', { critical: true }), line('keeps-keys'), line('washes'));
const things = formWith(
	line('spray', { covers: 'spray' }),
	line('patch', { covers: 'patch' }),
	line('washes'),
	line('signs'),
);
const answering = (results: Payload<'observation'>['results']) => threeRounds.map((each) => changed(each, { results }));
const simulatedYes = changed(round('2026-02-17 08:10'), { simulated: true });

const rounds: Case[] = [
	one('a round without people is none', short, '2026-02-17', [
		learned,
		threeRounds.slice(0, 2),
		changed(threeRounds[2] as Draft, { counts: { people: 0, doses: 20, refusals: 0 } }),
	]),
	one(
		'unless its form counts nobody',
		ready,
		'2026-02-17',
		[
			learned,
			threeRounds.slice(0, 2),
			changed(threeRounds[2] as Draft, { counts: { people: 0, doses: 0, refusals: 0 } }),
		],
		{ rules: onForm({ ...oralRound, counts: false }) },
	),
	one('a round marked as one that does not count', short, '2026-02-17', [
		learned,
		threeRounds.slice(0, 2),
		changed(threeRounds[2] as Draft, { notCounted: 'before-learning' }),
	]),
	one('a round of which half was seen', short, '2026-02-17', [
		learned,
		threeRounds.slice(0, 2),
		changed(threeRounds[2] as Draft, { results: half }),
	]),
	one(
		'a form opened on Monday and filled in on Thursday',
		short,
		'2026-02-20',
		[
			learned,
			threeRounds.slice(0, 2),
			changed(threeRounds[2] as Draft, { assessorSignedAt: moment('2026-02-19 08:10').toISOString() }),
		],
		{ rules: under({ observation: { lateCounts: false } }) },
	),
	one(
		'signed a day later to the minute',
		ready,
		'2026-02-20',
		[
			learned,
			threeRounds.slice(0, 2),
			changed(threeRounds[2] as Draft, { assessorSignedAt: moment('2026-02-17 08:10').toISOString() }),
		],
		{ rules: under({ observation: { lateCounts: false } }) },
	),
	one('the same line answered No in all three rounds stays open', short, '2026-02-17', [
		learned,
		answering({ 'sees-it-swallowed': 'yes', 'keeps-keys': 'no' }),
	]),
	one('until a later Yes', ready, '2026-02-18', [
		learned,
		answering({ 'sees-it-swallowed': 'yes', 'keeps-keys': 'no' }),
		round('2026-02-17 08:10'),
	]),
	one(
		'a critical line not seen, and one simulation that says Yes',
		short,
		'2026-02-18',
		[learned, answering({ 'sees-it-swallowed': 'not-seen', 'keeps-keys': 'yes', washes: 'yes' }), simulatedYes],
		{ rules: onForm(critical) },
	),
	one(
		'which does for a line that is not critical',
		ready,
		'2026-02-18',
		[learned, answering({ 'sees-it-swallowed': 'yes', 'keeps-keys': 'not-seen', washes: 'yes' }), simulatedYes],
		{ rules: onForm(critical) },
	),
	one(
		'nothing is covered',
		short,
		'2026-02-17',
		[learned, answering({ spray: 'no', patch: 'not-seen', washes: 'yes', signs: 'yes' })],
		{ rules: onForm(things) },
	),
	one(
		'one thing is',
		ready,
		'2026-02-17',
		[learned, answering({ spray: 'yes', patch: 'not-seen', washes: 'yes', signs: 'yes' })],
		{ rules: onForm(things) },
	),
	one('so many people over all rounds', short, '2026-02-17', [watched], { rules: only(withRounds({ people: 25 })) }),
	one('where policy’s number goes first', ready, '2026-02-17', [watched], {
		rules: only(withRounds({ people: 25 }), policyWith({ privileges: { 'administer-oral': { people: 24 } } })),
	}),
	one('somebody who works nights only needs one time of day', ready, '2026-02-18', [
		changed(working[0] as Draft, { nights: true }),
		learned.slice(1),
		['2026-02-02 23:00', '2026-02-09 23:00', '2026-02-16 23:00'].map((when) => round(when)),
	]),
	one('somebody who does not, two', short, '2026-02-18', [
		learned,
		['2026-02-02 23:00', '2026-02-09 23:00', '2026-02-16 23:00'].map((when) => round(when)),
	]),
	one('assessed outside before the last withdrawal', 'no withdrawn withdrawn', '2026-03-04', [
		competent,
		withdraws('2026-03-01'),
		changed(assessedOutside('2026-03-03'), { assessedOn: '2026-02-27' }),
	]),
	one('and after it', 'no withdrawn ready-for-sign-off', '2026-03-04', [
		competent,
		withdraws('2026-03-01'),
		changed(assessedOutside('2026-03-03'), { assessedOn: '2026-03-02' }),
	]),
];

const oneAtElm = (...more: (Draft | Draft[])[]) => [
	...competent,
	starts('2026-03-01', { site: elmCourt }),
	...more.flat(),
	round('2026-03-02', { site: elmCourt }),
];
const atElm = { rules: under({ newSite: { passes: 1 } }), question: { siteId: elmCourt } };

const paths: Case[] = [
	one('one round at a new site', ready, '2026-03-03', [oneAtElm()], atElm),
	one(
		'the whole path again, after a withdrawal at a third',
		short,
		'2026-03-03',
		[oneAtElm(withdraws('2026-03-01', { site: 'site-third' }))],
		atElm,
	),
	one(
		'what was made as agency work is not leant on',
		short,
		'2026-04-02',
		[
			starts('2026-01-05 09:00', { contract: 'agency' }),
			agencyRecord,
			learned.slice(1),
			threeRounds,
			firstSignOff,
			starts('2026-03-01', { site: elmCourt }),
			round('2026-04-01', { site: elmCourt }),
		],
		atElm,
	),
	one(
		'nor does it renew, once the work is not agency work',
		'no expired expired',
		'2027-02-22',
		[
			starts('2026-01-05 09:00', { contract: 'agency' }),
			agencyRecord,
			learned.slice(1),
			threeRounds,
			firstSignOff,
			starts('2026-03-01'),
			round('2027-02-21'),
		],
		{ rules: lateRenewal },
	),
];

const critically = (when: string) =>
	changed(round(when, { passed: false }), { criticalMissed: ['sees-it-swallowed'], missed: ['sees-it-swallowed'] });
const minorMisses = (when: string) => changed(round(when, { passed: false }), { criticalMissed: [] });
const awayAsksARound = under({ absence: { longest: 'P30D', asks: 'observation' } });
const newModule: ContentChange = {
	kind: 'module',
	slug: 'by-mouth',
	version: 3,
	asks: 'acknowledge',
	grace: 'P28D',
	says: 'new',
	inForceFrom: moment('2026-02-17 09:00'),
};
const withNews: Rules = { ...rulesWith(), changes: [newModule] };
const documentAsked = asking({ kind: 'declaration', document: 'our-way' });
const read1 = declares('2026-01-06', 1, { document: 'our-way' });
const documents = (version: number) => ({ ...policyWith(), documents: { 'our-way': version } });
const settling: Rules = {
	...only(documentAsked, documents(2)),
	settling: [{ policy: documents(1), until: moment('2026-04-15 00:00') }],
};
const partyOf = (...parties: string[]) => [
	changed(pauses('2026-03-01', { id: 'pause' }), { parties }),
	lifts('2026-03-02', 'pause', { asks: 'observation' }),
];

const conditions: Case[] = [
	one('content that changed before the first sign-off', 'no module_missing in-training', '2026-02-18', [watched], {
		rules: withNews,
	}),
	one(
		'is asked for by somebody signed off since as well',
		'yes competent due-soon 2026-03-18T00:00Z',
		'2026-03-02',
		[competent],
		{
			rules: withNews,
		},
	),
	one(
		'and of nobody who began later',
		'no quiz_not_passed in-training',
		'2026-02-19',
		[working, reads('2026-02-18', { version: 2 })],
		{ rules: withNews },
	),
	one('a document in its newer version', 'no declaration_missing expired', '2026-04-01', [competent, read1], {
		rules: only(documentAsked, documents(2)),
	}),
	one(
		'until the grace of the newer policy is over',
		'yes competent due-soon 2026-04-14T23:00Z',
		'2026-04-01',
		[competent, read1],
		{
			rules: settling,
		},
	),
	one('and not from then on', 'no declaration_missing expired', '2026-04-15 00:00', [competent, read1], {
		rules: settling,
	}),
	one('which helps nobody who had not read the older', 'no declaration_missing expired', '2026-04-01', [competent], {
		rules: settling,
	}),
	one(
		'absences that touch are one',
		'no observations_short expired',
		'2026-05-02',
		[competent, away('2026-04-01', '2026-04-01', '2026-04-16'), away('2026-04-16', '2026-04-16', '2026-05-02')],
		{ rules: awayAsksARound },
	),
	one(
		'with a day between them they are two',
		whole,
		'2026-05-03',
		[competent, away('2026-04-01', '2026-04-01', '2026-04-16'), away('2026-04-16', '2026-04-17', '2026-05-03')],
		{ rules: awayAsksARound },
	),
	one(
		'an absence that touches a gap in work',
		'no observations_short expired',
		'2026-05-02',
		[
			competent,
			away('2026-04-01', '2026-04-01', '2026-04-16'),
			leaves('2026-04-10', '2026-04-15'),
			starts('2026-05-02 09:00'),
		],
		{ rules: awayAsksARound },
	),
	one(
		'an office post is no practice',
		'no observations_short expired',
		'2026-05-03',
		[
			competent,
			starts('2026-03-31', { role: 'administrator', site: null }),
			leaves('2026-04-01', '2026-04-01'),
			starts('2026-05-03 09:00'),
		],
		{ rules: awayAsksARound },
	),
	one('a round with a party to what it was about does not settle it', 'no observations_short expired', '2026-03-04', [
		competent,
		partyOf('ben'),
		round('2026-03-03'),
	]),
	one('one with anybody else does', whole, '2026-03-04', [
		competent,
		partyOf('ben'),
		round('2026-03-03', { by: 'tomasz' }),
	]),
	one('seen to sign before giving on Monday at nine', 'no observations_short expired', '2026-03-02 09:00', [
		competent,
		critically('2026-03-02 09:00'),
	]),
	one('until somebody has seen her do it right', whole, '2026-03-03', [
		competent,
		critically('2026-03-02 09:00'),
		round('2026-03-03 08:00'),
	]),
	one('not by a round in which nobody saw that line', 'no observations_short expired', '2026-03-03', [
		competent,
		critically('2026-03-02 09:00'),
		round('2026-03-03 08:00', { results: { 'keeps-keys': 'yes', washes: 'yes', 'sees-it-swallowed': 'not-seen' } }),
	]),
	one('she may practise beside a colleague meanwhile', 'no supervised_only supervised', '2026-03-03', [
		competent,
		critically('2026-03-02 09:00'),
		supervised('2026-03-02 10:00'),
	]),
	one('too many other misses: a week', 'yes competent due-soon 2026-03-10T00:00Z', '2026-03-03', [
		competent,
		minorMisses('2026-03-02 09:00'),
	]),
	one('and then no more', 'no observations_short expired', '2026-03-10 00:00', [
		competent,
		minorMisses('2026-03-02 09:00'),
	]),
	one('a spot check keeps nobody from being ready again', ready, '2027-02-23', [competent, round('2027-02-22')], {
		rules: rulesWith(policyWith({ renewal: { passes: 1, quiz: false, lateBy: 'P30D' } }), [
			{ ...oral, spotCheck: 'P18M' },
		]),
	}),
];

const takeover = (when: string, by: string) => fact('delegation-takeover', when, { delegation: 'delegation', by });
const asNurse = [changed(working[0] as Draft, { role: 'nurse' }), ...watched.slice(1), firstSignOff];

const delegations: Case[] = [
	one(
		'delegated',
		'yes competent competent 2026-06-30T23:00Z',
		'2026-03-02',
		[competent, oralDelegation('2026-03-01', '2026-06-30')],
		forOne,
	),
	one(
		'to be taken over by a day',
		'yes competent competent 2026-03-20T00:00Z',
		'2026-03-06',
		[competent, oralDelegation('2026-03-01', '2026-06-30'), takeover('2026-03-05', '2026-03-19')],
		forOne,
	),
	one(
		'and nobody did',
		'no delegation_missing competent',
		'2026-03-20 00:00',
		[competent, oralDelegation('2026-03-01', '2026-06-30'), takeover('2026-03-05', '2026-03-19')],
		forOne,
	),
	one(
		'before the present run of work',
		'no delegation_missing competent',
		'2026-05-03',
		[
			competent,
			oralDelegation('2026-03-01', '2026-06-30'),
			leaves('2026-04-01', '2026-04-01'),
			starts('2026-05-02 09:00'),
		],
		forOne,
	),
	one(
		'spells that touch are one run',
		'yes competent competent 2026-06-30T23:00Z',
		'2026-05-03',
		[
			competent,
			oralDelegation('2026-03-01', '2026-06-30'),
			leaves('2026-04-01', '2026-04-01'),
			starts('2026-04-02 09:00'),
		],
		forOne,
	),
	one(
		'a registered nurse gives in her own right',
		'yes competent competent 2026-09-01T23:00Z',
		'2026-03-02',
		[asNurse, awarded('2026-01-06', '2026-09-01', { award: 'nmc-registration' })],
		{ rules: only({ ...asking({ kind: 'delegation' }), for: ['nurse'] }) },
	),
	one(
		'not once her registration has run out',
		'no delegation_missing competent',
		'2026-09-02',
		[asNurse, awarded('2026-01-06', '2026-09-01', { award: 'nmc-registration' })],
		{ rules: only({ ...asking({ kind: 'delegation' }), for: ['nurse'] }) },
	),
	one(
		'nor in another role',
		'no delegation_missing competent',
		'2026-03-02',
		[competent, awarded('2026-01-06', null, { award: 'nmc-registration' })],
		forOne,
	),
];

export const cases: Case[] = [
	...whatCounts,
	...inOrder,
	...stopsAndOverrides,
	...requirements,
	...rounds,
	...paths,
	...conditions,
	...delegations,
];
