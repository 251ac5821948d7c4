import fc from 'fast-check';
import type { ChangeAsks } from '../../app/domain/content.ts';
import type { EvidenceKind } from '../../app/domain/evidence.ts';
import type { PrivilegeCode, Requirement, Role } from '../../app/domain/privilege.ts';
import type { ContentChange } from '../../app/domain/rules.ts';
import { asks, inSome, mostly, otherwise } from './rulebooks.ts';
import {
	award,
	type Draft,
	day,
	dayNumber,
	daysLater,
	dayText,
	delegate,
	here,
	hour,
	type Life,
	lastDayOfSignOff,
	lastDraft,
	minutes,
	moment,
	nextChange,
	passesAskedFor,
	passQuiz,
	requirementOf,
	round,
	signOffUntil,
	tell,
	type Under,
	type Unusual,
	type Where,
	withPrerequisites,
} from './telling.ts';

/** What may happen in a working life. A chapter begins on the day that the life has come to, and may move it on. */
export type Chapter = (life: Life) => void;

const under: fc.Arbitrary<Under> = fc.record({
	policy: otherwise(15, 'now', 'then', 'forgotten'),
	file: otherwise<string | null>(20, null, '1', 'forgotten'),
	wide: otherwise(6, false, true),
});

/** How long a sign-off lasts: so many days, or until beside a clock change. */
const terms = fc.oneof(
	mostly(365, 180, 90, 30).map((days) => (from: number) => from + days),
	fc.integer({ min: -1, max: 1 }).map((beside) => (from: number) => nextChange(from + 40, beside)),
);

export const waits = fc.oneof(
	{ weight: 5, arbitrary: fc.constantFrom(1, 0, 2, 3) },
	{ weight: 3, arbitrary: fc.integer({ min: 0, max: 20 }) },
	{ weight: 1, arbitrary: fc.integer({ min: 0, max: 150 }) },
);

/** Where something holds: here, wider, or somewhere else. */
const scopes = fc
	.record({
		exact: otherwise(25, true, false),
		privilege: fc.constantFrom('this', 'all', 'another'),
		site: fc.constantFrom('this', 'all', 'another'),
	})
	.map(({ privilege, site, exact }) => (life: Life): Where => {
		if (exact) return here(life);
		return {
			privilege: privilege === 'all' ? null : privilege === 'this' ? life.code : 'prompt',
			siteId: site === 'all' ? null : site === 'this' ? life.site : otherSite(life),
		};
	});
type Scope = (life: Life) => Where;

function otherSite(life: Life): string {
	return life.site === 'rose' ? 'elm' : 'rose';
}

// --- Becoming competent ---------------------------------------------------------------------------------------------

const everything = '';
const instead = ['all but supervision', 'all but rounds', 'assessed outside', 'declaration'];
const partly = ['module', 'quiz', 'site-induction', 'award', 'delegation', 'one round', 'observation', 'sign-off'];
const leftOut = fc.oneof(
	{ weight: 14, arbitrary: fc.constant(everything) },
	{ weight: 3, arbitrary: fc.constantFrom(...instead) },
	{ weight: 2, arbitrary: fc.constantFrom(...partly, 'prerequisites') },
);

/** Rounds that differ from the usual, by their place among the others. */
const oddRounds = fc.array(
	fc.record({
		place: fc.nat(3),
		is: fc.constantFrom<Unusual>(
			{ line: 'not-seen' },
			{ line: 'not-seen' },
			{ simulated: true },
			{ passed: false },
			{ passed: false, simulated: true },
			{ checklist: 'another-round' },
		),
		/** Comes in the place of the usual one, before it, or before a simulated one in its place. */
		next: fc.constantFrom('nothing', 'the usual', 'a simulated'),
	}),
	{ maxLength: 2, size: 'max' },
);

const firstTimes = fc.record({
	leftOut,
	term: terms,
	under,
	minute: minutes,
	pace: otherwise(15, 1, 3, 0),
	sameTime: otherwise(7, false, true),
	sameAssessor: otherwise(7, false, true),
	surplus: mostly(0, 1),
	oddRounds: inSome(18, oddRounds),
	/** How long after the first round, in days beyond what policy allows. */
	tooOld: inSome(8, fc.constantFrom(0, 1)),
	awardLasts: mostly<number | null>(null, 40, 400),
	delegatedFor: fc.constantFrom(1500, 1500, 1500, 400, 40, 40),
	readsOldDocument: otherwise(20, false, true),
	scope: scopes,
});
type FirstTime = typeof firstTimes extends fc.Arbitrary<infer Given> ? Given : never;

/** Everything that a privilege and what it rests on ask for, then a sign-off. */
export const becomesCompetent = firstTimes.map((given): Chapter => {
	return (life) => {
		for (const code of given.leftOut === 'prerequisites' ? [life.code] : withPrerequisites(life, life.code)) {
			const without = code === life.code ? given.leftOut : everything;
			for (const each of life.rules.privileges.get(code)?.requirements ?? [])
				if (each.kind !== without) learnsFor(life, code, each, given);
			const when = moment(life.today, given.minute);
			if (without === 'assessed outside') assessedOutside(life, when, given.scope);
			else if (!['observation', 'all but supervision', 'all but rounds'].includes(without))
				isWatchedFor(life, code, given, without === 'one round' ? 1 : 0);
			const at = moment(life.today, given.minute + 1);
			if (without === 'all but supervision') tell(life, 'supervision', at, { supervisor: 'ben' }, given.scope(life));
			else if (!['sign-off', 'all but rounds'].includes(without))
				signOffUntil(life, code, at, given.term(life.today), given.under);
		}
	};
});

/** What can be done on the first day. */
function learnsFor(life: Life, code: PrivilegeCode, requirement: Requirement, given: FirstTime): void {
	const at = moment(life.today, given.minute);
	switch (requirement.kind) {
		case 'module':
			tell(life, 'module-completed', at, { module: requirement.module, version: requirement.version }, {});
			break;
		case 'quiz':
			passQuiz(life, code, at);
			break;
		case 'declaration': {
			const version = given.readsOldDocument ? 1 : (life.rules.policy.documents[requirement.document] ?? 1);
			tell(life, 'declaration', at, { document: requirement.document, version }, {});
			break;
		}
		case 'site-induction':
			tell(life, 'site-induction', at, {}, { siteId: life.site });
			break;
		case 'award':
			award(life, requirement.award, at, given.awardLasts);
			break;
		case 'delegation':
			delegate(life, code, at, 'resident-1', given.delegatedFor);
	}
}

function isWatchedFor(life: Life, code: PrivilegeCode, given: FirstTime, fewer: number): void {
	if (!requirementOf(life, code, 'observation')) return;
	const firstDay = life.today + given.pace;
	for (let place = 0; place < passesAskedFor(life, code) + given.surplus - fewer; place++) {
		life.today += given.pace;
		const at = moment(life.today, given.minute);
		const habits: Unusual = { place };
		if (given.sameTime) habits.time = 0;
		if (given.sameAssessor) habits.assessor = 0;
		const odd = given.oddRounds?.find((each) => each.place === place);
		if (odd) round(life, code, at, { ...habits, ...odd.is });
		if (odd?.next === 'a simulated') round(life, code, at, { ...habits, simulated: true });
		if (!odd || odd.next === 'the usual') round(life, code, at, habits);
	}
	if (given.tooOld !== null && code === life.code)
		life.today = daysLater(firstDay, life.rules.policy.observation.maximumAge) + given.tooOld;
}

function assessedOutside(life: Life, at: Date, scope: Scope): void {
	const payload = { qualification: 'assessor-course', assessedOn: dayText(life.today), verifiedBy: 'grace' };
	tell(life, 'outside-assessment', at, payload, scope(life));
}

const isAssessedOutside = fc
	.record({ scope: scopes, minute: minutes, signedOff: fc.boolean(), term: terms, under })
	.map((given): Chapter => {
		return (life) => {
			assessedOutside(life, moment(life.today, given.minute), given.scope);
			const at = moment(life.today, given.minute + 1);
			if (given.signedOff) signOffUntil(life, life.code, at, given.term(life.today), given.under);
		};
	});

/** Watched again and signed off anew, so many days from the last day or from the last day of being late. */
export const isRenewed = fc
	.record({
		late: otherwise(10, false, true),
		days: otherwise(50, -20, -59, -60, -61, 0, 1),
		rounds: otherwise(30, 2, 1, 0, 3),
		quiz: otherwise(10, true, false),
		notSeen: inSome(10, fc.nat(1)),
		term: terms,
		under,
		minute: minutes,
		onlyThis: otherwise(5, false, true),
	})
	.map((given): Chapter => {
		return (life) => {
			const lastDay = lastDayOfSignOff(life);
			if (lastDay === undefined) return;
			const latest = given.late ? daysLater(lastDay, life.rules.policy.renewal.lateBy) : lastDay;
			life.today = Math.max(life.today, latest + (given.late ? Math.max(given.days, 0) : given.days));
			for (const code of given.onlyThis ? [life.code] : withPrerequisites(life, life.code)) {
				if (given.quiz) passQuiz(life, code, moment(life.today, given.minute));
				for (let before = given.rounds - 1; before >= 0; before--) {
					const line = before === given.notSeen ? 'not-seen' : 'yes';
					round(life, code, moment(life.today - before, given.minute), { line });
				}
				const at = moment(life.today, given.minute + 2);
				signOffUntil(life, code, at, given.term(life.today), given.under);
			}
		};
	});

const isWatched = fc
	.record({
		is: fc.constantFrom<Unusual>({}, { simulated: true }, { passed: false }, { line: 'not-seen' }, { line: 'no' }),
		seenLater: fc.boolean(),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			round(life, life.code, moment(life.today, given.minute), given.is);
			if (!given.seenLater) return;
			life.today += 1;
			round(life, life.code, moment(life.today, given.minute), { simulated: !given.is.simulated });
		};
	});

// --- Being stopped, and being looked at again -----------------------------------------------------------------------

/** What answers a demand to be looked at again. */
function answersTo(life: Life, asked: ChangeAsks, minute: number): void {
	const at = moment(life.today, minute);
	if (asked === 'observation') round(life, life.code, at);
	if (asked === 'quiz') passQuiz(life, life.code, at);
	if (asked === 'acknowledge') tell(life, 'module-completed', at, { module: 'basics', version: 9 }, {});
}

const isPaused = fc
	.record({
		scope: scopes,
		liftedAfter: inSome(80, waits),
		asks: inSome(70, asks),
		lifting: inSome(30, scopes),
		answered: fc.boolean(),
		takenBack: otherwise(12, false, true),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const where = given.scope(life);
			const payload = { reason: 'incident-review', reviewOn: dayText(life.today + 14), owner: 'grace' } as const;
			const pause = tell(life, 'pause', moment(life.today, given.minute), payload, where);
			if (given.liftedAfter === null) return;
			life.today += given.liftedAfter;
			const asked = given.asks ? { asks: given.asks } : {};
			const lifting = given.lifting?.(life) ?? where;
			tell(life, 'pause-lifted', moment(life.today, given.minute), { pause, ...asked }, lifting);
			if (given.answered && given.asks) answersTo(life, given.asks, given.minute);
			if (given.takenBack) takeBack(life, 'pause', given.minute);
		};
	});

/** Away so many days longer than policy allows, or nobody knows how long. */
const isAway = fc
	.record({
		scope: scopes,
		longer: inSome(75, fc.constantFrom(1, 0, 2, 30, -10)),
		knownAtOnce: fc.boolean(),
		goesOn: fc.constantFrom(10, 100, 0),
		answeredAfter: inSome(60, fc.constantFrom(0, 1, -2)),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const from = dayText(life.today);
			const longest = daysLater(life.today, life.rules.policy.absence.longest);
			const back = given.longer === null ? null : dayText(longest + given.longer);
			const where = given.scope(life);
			const told = { from, back: given.knownAtOnce ? back : null };
			const supersedes = tell(life, 'absence', moment(life.today, given.minute), told, where);
			life.today = given.longer === null ? life.today + given.goesOn : longest + given.longer;
			if (!given.knownAtOnce && back)
				tell(life, 'absence', moment(life.today, given.minute), { from, back }, { ...where, supersedes });
			if (given.answeredAfter === null) return;
			life.today += given.answeredAfter;
			answersTo(life, life.rules.policy.absence.asks, given.minute);
			life.today = Math.max(life.today, life.today - given.answeredAfter);
		};
	});

/** New content comes into force, and what it asks for is done or not. */
const contentChanges = fc
	.record({
		kind: fc.constantFrom<ContentChange['kind']>('privilege', 'module', 'module', 'quiz', 'checklist'),
		asks,
		grace: otherwise(40, 'P0D', 'P28D', 'P1M'),
		inForceAfter: otherwise(30, 0, 3, -1),
		answeredAfter: inSome(60, fc.constantFrom(1, 0, -2)),
		answersVersion: otherwise(40, 3, 2, 4),
		byReading: fc.boolean(),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const slugs = {
				privilege: life.code,
				module: requirementOf(life, life.code, 'module')?.module,
				quiz: requirementOf(life, life.code, 'quiz')?.quiz,
				checklist: requirementOf(life, life.code, 'observation')?.checklist,
			};
			const slug = slugs[given.kind] ?? 'unknown';
			const { kind, grace } = given;
			const inForceFrom = moment(life.today + given.inForceAfter, given.minute);
			life.rules.changes.push({ kind, slug, version: 3, asks: given.asks, grace, says: 'new', inForceFrom });
			if (given.answeredAfter === null) return;
			const at = moment(life.today + given.answeredAfter, given.minute);
			life.today += Math.max(0, given.answeredAfter);
			const version = given.answersVersion;
			if (given.asks === 'quiz') passQuiz(life, life.code, at);
			if (given.asks === 'observation') round(life, life.code, at);
			if (given.asks !== 'acknowledge') return;
			if (given.byReading) tell(life, 'module-completed', at, { module: slug, version }, {});
			else tell(life, 'acknowledgement', at, { content: kind, slug, version }, {});
		};
	});

const isWithdrawn = fc
	.record({ scope: scopes, again: inSome(70, becomesCompetent), minute: minutes })
	.map((given): Chapter => {
		return (life) => {
			tell(life, 'withdrawal', moment(life.today, given.minute), {}, given.scope(life));
			life.today += 1;
			given.again?.(life);
		};
	});

const isOverridden = fc
	.record({
		hours: mostly(24 * 9, 12, 1, 0, 24 * 40),
		scope: scopes,
		leaves: inSome(15, fc.constantFrom(0, 3)),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const at = moment(life.today, given.minute);
			const until = new Date(at.getTime() + given.hours * hour).toISOString();
			tell(life, 'override', at, { until, note: '0'.repeat(64) }, given.scope(life));
			if (given.leaves === null) return;
			const lastDay = dayText(life.today + given.leaves);
			tell(life, 'employment-ended', at, { lastDay }, { siteId: life.site });
		};
	});

// --- Where and as what somebody works -------------------------------------------------------------------------------

const contracts = otherwise<'permanent' | 'agency'>(7, 'permanent', 'agency');
const workRoles = otherwise<Role>(18, 'senior', 'nurse', 'carer', 'carer', 'administrator');

const leaves = fc
	.record({
		whole: fc.boolean(),
		notice: fc.constantFrom(0, 1, 10, 40, -3),
		moved: inSome(45, fc.constantFrom(5, 30, -5, 90)),
		movedAfter: fc.constantFrom(0, 1, 2, 10, 20),
		/** Works at the other site as well. */
		elsewhere: otherwise(15, false, true),
		/** Days away beyond what policy allows. */
		awayFor: inSome(78, fc.constantFrom(1, 0, 2, 50, -20, -200)),
		contract: contracts,
		answered: fc.boolean(),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const at = () => moment(life.today, given.minute);
			const siteId = given.whole && !given.elsewhere ? null : life.site;
			const starts = (where: Where) =>
				tell(life, 'employment-started', at(), { role: life.role, contract: given.contract }, where);
			if (given.elsewhere) starts({ siteId: otherSite(life) });
			let lastDay = life.today + given.notice;
			tell(life, 'employment-ended', at(), { lastDay: dayText(lastDay) }, { siteId });
			if (given.moved !== null) {
				life.today += given.movedAfter;
				lastDay += given.moved;
				tell(life, 'employment-ended', at(), { lastDay: dayText(lastDay) }, { siteId });
			}
			if (given.awayFor === null) return;
			const longest = daysLater(lastDay + 1, life.rules.policy.absence.longest);
			life.today = Math.max(life.today, lastDay + 1, longest + given.awayFor);
			starts({ siteId: life.site });
			if (given.answered) answersTo(life, life.rules.policy.absence.asks, given.minute);
		};
	});

/** Goes to work at the other site; the question then is about there. */
const movesSite = fc
	.record({
		before: otherwise<'nothing' | 'paused' | 'run out' | 'taken back'>(
			35,
			'nothing',
			'paused',
			'run out',
			'taken back',
		),
		starts: otherwise(7, true, false),
		contract: contracts,
		inducted: otherwise(7, true, false),
		rounds: fc.constantFrom(1, 0, 2),
		signedOff: otherwise(20, true, false),
		term: terms,
		under,
		onlyThis: otherwise(15, false, true),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			if (given.before === 'paused') {
				const payload = { reason: 'other', reviewOn: dayText(life.today + 14), owner: 'grace' } as const;
				tell(life, 'pause', moment(life.today, given.minute), payload, here(life));
			}
			if (given.before === 'run out') life.today = Math.max(life.today, lastDayOfSignOff(life) ?? 0);
			if (given.before === 'taken back') takeBack(life, 'observation', given.minute);
			life.site = otherSite(life);
			const at = moment(life.today, given.minute);
			const work = { role: life.role, contract: given.contract };
			if (given.starts) tell(life, 'employment-started', at, work, { siteId: life.site });
			if (given.inducted) tell(life, 'site-induction', at, {}, { siteId: life.site });
			for (const code of given.onlyThis ? [life.code] : withPrerequisites(life, life.code)) {
				for (let place = 0; place < given.rounds; place++)
					if (requirementOf(life, code, 'observation')) round(life, code, moment(life.today, given.minute + place));
				const when = moment(life.today, given.minute + 3);
				if (given.signedOff) signOffUntil(life, code, when, given.term(life.today), given.under);
			}
		};
	});

/** A second post here, and perhaps the end of the first. */
const changesPost = fc
	.record({
		role: fc.constantFrom<Role>('administrator', 'carer', 'senior', 'administrator'),
		contract: otherwise<'permanent' | 'agency'>(25, 'permanent', 'agency'),
		whole: fc.boolean(),
		firstEnds: inSome(70, fc.constantFrom(0, 0, 30)),
		/** Everything ends on a day that is known already, what is only here sooner or later than the rest. */
		allEnds: inSome(15, fc.constantFrom(5, 60)),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const siteId = given.whole ? null : life.site;
			const at = moment(life.today, given.minute);
			const ends = (days: number, where: Where, when: Date) =>
				tell(life, 'employment-ended', when, { lastDay: dayText(life.today + days) }, where);
			if (given.firstEnds !== null) ends(given.firstEnds, { siteId: life.site }, at);
			const start = moment(life.today, given.minute + 1);
			tell(life, 'employment-started', start, { role: given.role, contract: given.contract }, { siteId });
			if (given.allEnds === null) return;
			ends(30, {}, moment(life.today, given.minute + 2));
			ends(given.allEnds, { siteId: life.site }, moment(life.today, given.minute + 3));
		};
	});

export const firstWork = fc
	.record({
		from: fc.integer({ min: dayNumber('2025-10-01'), max: dayNumber('2026-10-30') }),
		role: workRoles,
		contract: contracts,
		comesOfAgeAfter: inSome(12, fc.constantFrom(10, 100, 500)),
		ageDecision: inSome(75, fc.boolean()),
		aboutAge: scopes,
		agencyRecord: inSome(85, mostly(400, 60)),
		agencyRecordAt: mostly<'nowhere' | 'here' | 'elsewhere'>('nowhere', 'here', 'elsewhere'),
		whole: otherwise(10, false, true),
		never: otherwise(2, false, true),
	})
	.map((given): Chapter => {
		return (life) => {
			life.today = given.from;
			life.role = given.role;
			if (given.never) return;
			const at = moment(life.today, 540);
			const { comesOfAgeAfter } = given;
			const adultOn = comesOfAgeAfter === null ? {} : { adultOn: dayText(life.today + comesOfAgeAfter) };
			const work = { role: given.role, contract: given.contract, ...adultOn };
			tell(life, 'employment-started', at, work, { siteId: given.whole ? null : life.site });
			if (comesOfAgeAfter !== null && given.ageDecision !== null)
				tell(life, 'age-decision', at, { may: given.ageDecision }, given.aboutAge(life));
			const places = { nowhere: null, here: life.site, elsewhere: otherSite(life) };
			if (given.contract === 'agency' && given.agencyRecord !== null)
				award(life, 'agency-record', at, given.agencyRecord, places[given.agencyRecordAt]);
		};
	});

// --- Entered in error -----------------------------------------------------------------------------------------------

const correctable: EvidenceKind[] = [
	'observation',
	'quiz-marked',
	'sign-off',
	'module-completed',
	'pause',
	'pause-lifted',
	'withdrawal',
	'site-induction',
	'declaration',
	'award',
	'absence',
	'override',
	'delegation',
	'employment-started',
	'employment-ended',
	'outside-assessment',
	'retraction',
];

function takeBack(life: Life, kind: EvidenceKind, minute: number): void {
	const fact = lastDraft(life, kind);
	if (!fact) return;
	const where = { privilege: fact.privilege, siteId: fact.siteId, supersedes: fact.id };
	tell(life, 'retraction', moment(life.today, minute), { note: '0'.repeat(64) }, where);
}

const isTakenBack = fc.record({ kind: mostly<EvidenceKind>('observation', ...correctable), minute: minutes }).map(
	(given): Chapter =>
		(life) =>
			takeBack(life, given.kind, given.minute),
);

/** The same fact again, with another day or another outcome, in the place of the first. */
const isCorrected = fc
	.record({
		kind: fc.constantFrom(...correctable),
		moved: fc.constantFrom(0, -1, 1, -40, 40),
		outcome: fc.boolean(),
		days: fc.constantFrom(0, -30, 30, 1),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const fact = lastDraft(life, given.kind);
			if (!fact) return;
			const observedAt = new Date(fact.observedAt.getTime() + given.moved * day);
			const now = moment(life.today, given.minute);
			const recordedAt = now > observedAt ? now : observedAt;
			const payload: Record<string, unknown> = { ...fact.payload };
			if (given.outcome && 'passed' in payload) payload.passed = !payload.passed;
			for (const name of ['lastDay', 'expiresOn', 'reviewOn', 'from', 'back']) {
				const text = payload[name];
				if (typeof text === 'string') payload[name] = dayText(dayNumber(text) + given.days);
			}
			const id = `${fact.kind}-${life.drafts.length}`;
			const corrected = { ...fact, id, observedAt, recordedAt, supersedes: fact.id, payload };
			life.drafts.push(corrected as unknown as Draft);
		};
	});

// --- Single facts ---------------------------------------------------------------------------------------------------

const learns = fc
	.record({ what: fc.constantFrom('module', 'acknowledgement', 'quiz', 'failed quiz', 'declaration'), minute: minutes })
	.map((given): Chapter => {
		return (life) => {
			const at = moment(life.today, given.minute);
			const module = requirementOf(life, life.code, 'module')?.module ?? 'basics';
			if (given.what === 'module') tell(life, 'module-completed', at, { module, version: 2 }, {});
			if (given.what === 'quiz') passQuiz(life, life.code, at);
			if (given.what === 'failed quiz') passQuiz(life, life.code, at, false);
			if (given.what === 'acknowledgement')
				tell(life, 'acknowledgement', at, { content: 'module', slug: module, version: 2 }, {});
			if (given.what === 'declaration') tell(life, 'declaration', at, { document: 'medicines-policy', version: 2 }, {});
		};
	});

const showsAnAward = fc
	.record({
		name: fc.constantFrom('agency-record', 'first-aid', 'controlled-drugs'),
		lasts: inSome(70, fc.constantFrom(30, 0, -1, 300)),
		siteId: fc.constantFrom(null, 'rose', 'elm'),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => award(life, given.name, moment(life.today, given.minute), given.lasts, given.siteId);
	});

const isSupervised = fc.record({ scope: scopes, minute: minutes }).map((given): Chapter => {
	return (life) => {
		tell(life, 'supervision', moment(life.today, given.minute), { supervisor: 'ben' }, given.scope(life));
	};
});

const isDelegated = fc
	.record({
		reviewIn: fc.constantFrom(30, 0, 3, 200),
		person: mostly('resident-1', 'resident-2'),
		ended: fc.constantFrom('none', 'this', 'the first'),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const first = life.drafts.find((each) => each.kind === 'delegation');
			delegate(life, life.code, moment(life.today, given.minute), given.person, given.reviewIn);
			const ended = given.ended === 'this' ? lastDraft(life, 'delegation') : first;
			if (given.ended === 'none' || !ended) return;
			const at = moment(life.today, given.minute + 5);
			tell(life, 'delegation-ended', at, { delegation: ended.id }, here(life));
		};
	});

const ageIsDecided = fc.record({ may: mostly(true, false), scope: scopes, minute: minutes }).map((given): Chapter => {
	return (life) => {
		tell(life, 'age-decision', moment(life.today, given.minute), { may: given.may }, given.scope(life));
	};
});

const isUpheld = minutes.map((minute): Chapter => {
	return (life) => {
		const upheld = { signOff: 'sign-off-1', round: 'observation-1', note: '0'.repeat(64) };
		tell(life, 'sign-off-upheld', moment(life.today, minute), upheld, here(life));
	};
});

/** Anything that may happen once somebody is at work. */
export const laterChapters = fc.oneof(
	{ weight: 8, arbitrary: isRenewed },
	{ weight: 5, arbitrary: isPaused },
	{ weight: 6, arbitrary: isAway },
	{ weight: 5, arbitrary: leaves },
	{ weight: 6, arbitrary: movesSite },
	{ weight: 11, arbitrary: isOverridden },
	{ weight: 4, arbitrary: isTakenBack },
	{ weight: 4, arbitrary: isCorrected },
	{ weight: 3, arbitrary: isWithdrawn },
	{ weight: 4, arbitrary: isWatched },
	{ weight: 3, arbitrary: learns },
	{ weight: 9, arbitrary: contentChanges },
	{ weight: 3, arbitrary: showsAnAward },
	{ weight: 10, arbitrary: changesPost },
	{ weight: 2, arbitrary: isSupervised },
	{ weight: 5, arbitrary: isDelegated },
	{ weight: 1, arbitrary: ageIsDecided },
	{ weight: 2, arbitrary: isAssessedOutside },
	{ weight: 1, arbitrary: isUpheld },
	{ weight: 1, arbitrary: becomesCompetent },
);
