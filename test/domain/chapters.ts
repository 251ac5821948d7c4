import fc from 'fast-check';
import type { ChangeAsks } from '../../app/domain/content.ts';
import type { EvidenceKind, Payload } from '../../app/domain/evidence.ts';
import type { Policy } from '../../app/domain/policy.ts';
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
	type Sitting,
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
		privilege: fc.constantFrom('this', 'all', 'another', 'what it rests on', 'what it rests on'),
		site: fc.constantFrom('this', 'all', 'another'),
	})
	.map(({ privilege, site, exact }) => (life: Life): Where => {
		if (exact) return here(life);
		return {
			privilege: privilegeFor(life, privilege),
			siteId: site === 'all' ? null : site === 'this' ? life.site : otherSite(life),
		};
	});
type Scope = (life: Life) => Where;

function privilegeFor(life: Life, which: string): PrivilegeCode | null {
	if (which === 'all') return null;
	if (which === 'what it rests on') return withPrerequisites(life, life.code)[0] ?? life.code;
	return which === 'this' ? life.code : 'prompt';
}

function otherSite(life: Life): string {
	return life.site === 'rose' ? 'elm' : 'rose';
}

// --- Becoming competent ---------------------------------------------------------------------------------------------

const everything = '';
const instead = ['all but supervision', 'all but rounds', 'assessed outside', 'declaration'];
const partly = [
	'nothing learned',
	'module',
	'quiz',
	'site-induction',
	'award',
	'delegation',
	'one round',
	'observation',
	'sign-off',
];
const leftOut = fc.oneof(
	{ weight: 14, arbitrary: fc.constant(everything) },
	{ weight: 3, arbitrary: fc.constantFrom(...instead) },
	{ weight: 2, arbitrary: fc.constantFrom(...partly, 'prerequisites') },
);

/** What may be unusual about a round. */
const oddities: Unusual[] = [
	{ line: 'not-seen' },
	{ line: 'not-seen', which: 'washes' },
	{ line: 'no', which: 'storage' },
	{ line: 'no' },
	{ line: 'not-seen', which: 'records' },
	{ line: 'no', which: 'uses-spray' },
	{ line: 'not-seen', which: 'uses-patch' },
	{ line: 'not-seen', which: 'storage' },
	{ line: 'not-applicable' },
	{ line: 'not-applicable', which: 'washes' },
	{ simulated: true },
	{ passed: false },
	{ fails: 'critical' },
	{ fails: 'stopped' },
	{ empty: true },
	{ signedAfter: 30 },
	{ signedAfter: 25 },
	{ signedAfter: 24 },
	{ notCounted: 'before-learning' },
	{ notCounted: 'party', passed: false },
	{ form: '1' },
	{ form: '1', line: 'not-seen', which: 'washes' },
	{ form: '2', fails: 'critical' },
	{ form: 'forgotten' },
	{ began: 90 },
];

/** Rounds that differ from the usual, by their place among the others. */
const oddRounds = fc.array(
	fc.record({
		place: fc.nat(3),
		is: fc.constantFrom<Unusual>(
			...oddities,
			{ passed: false, simulated: true },
			{ fails: 'critical', simulated: true },
			{ checklist: 'another-round' },
		),
		/** Comes in the place of the usual one, before it, or before a simulated one in its place. */
		next: fc.constantFrom('nothing', 'the usual', 'a simulated'),
	}),
	{ maxLength: 2, size: 'max' },
);

function isFailed({ passed, fails }: Unusual): boolean {
	return passed === false || fails !== undefined;
}

/** How a quiz was sat: mostly at once, with a good score. */
const sittings = otherwise<Sitting>(
	14,
	{},
	{ score: 85 },
	{ score: 85, opened: 30 },
	{ opened: 60 * 48 },
	{ opened: 5 },
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
	form: otherwise<string | undefined>(14, undefined, '1', '1', '2', 'forgotten'),
	/** Simulated once more in the end: what nobody saw may be met by that. */
	simulatedToo: otherwise(12, false, true),
	/** Of all rounds: on an older form, late, or with a line that nobody saw. */
	allRounds: inSome(12, fc.constantFrom<Unusual>(...oddities.filter((each) => !isFailed(each)))),
	sitting: sittings,
	/** How long after the first round, in days beyond what policy allows. */
	tooOld: inSome(8, fc.constantFrom(0, 1)),
	awardLasts: mostly<number | null>(null, 40, 400),
	delegatedFor: fc.constantFrom(1500, 1500, 1500, 400, 40, 40),
	readsOldDocument: otherwise(20, false, true),
	assessedBefore: otherwise(50, 0, 1, 20, 80, 200),
	scope: scopes,
});
type FirstTime = typeof firstTimes extends fc.Arbitrary<infer Given> ? Given : never;

/** Everything that a privilege and what it rests on ask for, then a sign-off. */
export const becomesCompetent = firstTimes.map((given): Chapter => {
	return (life) => {
		for (const code of given.leftOut === 'prerequisites' ? [life.code] : withPrerequisites(life, life.code)) {
			const without = code === life.code ? given.leftOut : everything;
			for (const each of life.rules.privileges.get(code)?.requirements ?? [])
				if (each.kind !== without && !(without === 'nothing learned' && ['module', 'quiz'].includes(each.kind)))
					learnsFor(life, code, each, given);
			const when = moment(life.today, given.minute);
			if (without === 'assessed outside') assessedOutside(life, when, given.scope, given.assessedBefore);
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
			passQuiz(life, code, at, given.sitting);
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
		const form = given.form === undefined ? {} : { form: given.form };
		const habits: Unusual = { ...form, ...(code === life.code ? given.allRounds : {}), place };
		if (life.nights) habits.time = 4;
		if (given.sameTime) habits.time = 0;
		if (given.sameAssessor) habits.assessor = 0;
		const odd = given.oddRounds?.find((each) => each.place === place);
		if (odd) round(life, code, at, { ...habits, ...odd.is });
		if (odd?.next === 'a simulated') round(life, code, at, { ...habits, simulated: true });
		if (!odd || odd.next === 'the usual') round(life, code, at, habits);
	}
	if (given.simulatedToo) round(life, code, moment(life.today, given.minute), { simulated: true });
	if (given.tooOld !== null && code === life.code)
		life.today = daysLater(firstDay, life.rules.policy.observation.maximumAge) + given.tooOld;
}

/** Recorded on the day itself, or so many days after it. */
function assessedOutside(life: Life, at: Date, scope: Scope, daysBefore: number): void {
	const assessedOn = dayText(life.today - daysBefore);
	const payload = { qualification: 'assessor-course', assessedOn, verifiedBy: 'grace' };
	tell(life, 'outside-assessment', at, payload, scope(life));
}

const isAssessedOutside = fc
	.record({
		scope: scopes,
		daysBefore: otherwise(50, 0, 1, 2, 40),
		minute: minutes,
		signedOff: fc.boolean(),
		term: terms,
		under,
	})
	.map((given): Chapter => {
		return (life) => {
			assessedOutside(life, moment(life.today, given.minute), given.scope, given.daysBefore);
			const at = moment(life.today, given.minute + 1);
			if (given.signedOff) signOffUntil(life, life.code, at, given.term(life.today), given.under);
		};
	});

/** Watched again and signed off anew, so many days from the last day or from the last day of being late. */
export const isRenewed = fc
	.record({
		late: otherwise(10, false, true),
		days: otherwise(35, -15, -59, -60, -61, 0, 1),
		rounds: otherwise(22, 2, 1, 0, 3),
		quiz: otherwise(6, true, false),
		sitting: sittings,
		/** Sat so many days before the rest, as before the window opens. */
		quizBefore: otherwise(8, 0, 30, 90),
		unusual: inSome(10, fc.constantFrom(...oddities)),
		unusualPlace: fc.nat(1),
		signedOff: otherwise(10, true, false),
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
				if (given.quiz) passQuiz(life, code, moment(life.today - given.quizBefore, given.minute), given.sitting);
				for (let before = given.rounds - 1; before >= 0; before--) {
					const odd = before === given.unusualPlace ? (given.unusual ?? {}) : {};
					round(life, code, moment(life.today - before, given.minute), odd);
				}
				const at = moment(life.today, given.minute + 2);
				if (given.signedOff || code !== life.code) signOffUntil(life, code, at, given.term(life.today), given.under);
			}
		};
	});

const isWatched = fc
	.record({
		is: fc.constantFrom<Unusual>({}, ...oddities, { passed: false }, { fails: 'critical' }, { fails: 'stopped' }),
		later: inSome(
			60,
			fc.constantFrom<Unusual>({}, {}, { simulated: true }, { empty: true }, { line: 'not-seen', which: 'washes' }),
		),
		after: fc.constantFrom(1, 0, 8),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			round(life, life.code, moment(life.today, given.minute), given.is);
			if (given.later === null) return;
			life.today += given.after;
			round(life, life.code, moment(life.today, given.minute), given.later);
		};
	});

// --- Being stopped, and being looked at again -----------------------------------------------------------------------

/** What answers a demand to be looked at again, and may have begun so many minutes before. */
function answersTo(life: Life, asked: ChangeAsks, minute: number, began = 0): void {
	const at = moment(life.today, minute + (began > 0 ? 2 : 0));
	if (asked === 'observation') round(life, life.code, at, { began });
	if (asked === 'quiz') passQuiz(life, life.code, at, began > 0 ? { opened: began } : {});
	if (asked === 'acknowledge') tell(life, 'module-completed', at, { module: 'basics', version: 9 }, {});
}

const isPaused = fc
	.record({
		scope: scopes,
		liftedAfter: inSome(80, waits),
		asks: inSome(70, asks),
		lifting: inSome(30, scopes),
		answered: fc.boolean(),
		began: otherwise(45, 0, 90),
		parties: otherwise(40, [], ['ben'], ['ben', 'cat']),
		takenBack: otherwise(12, false, true),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const where = given.scope(life);
			const { parties } = given;
			const reviewOn = dayText(life.today + 14);
			const payload: Payload<'pause'> = { reason: 'incident-review', reviewOn, owner: 'grace', parties };
			const pause = tell(life, 'pause', moment(life.today, given.minute), payload, where);
			if (given.liftedAfter === null) return;
			life.today += given.liftedAfter;
			const asked = given.asks ? { asks: given.asks } : {};
			const lifting = given.lifting?.(life) ?? where;
			tell(life, 'pause-lifted', moment(life.today, given.minute), { pause, ...asked }, lifting);
			if (given.answered && given.asks) answersTo(life, given.asks, given.minute, given.began);
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
		began: otherwise(50, 0, 60 * 40),
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
			const opened = given.began > 0 ? { opened: given.began } : {};
			if (given.asks === 'quiz') passQuiz(life, life.code, at, opened);
			if (given.asks === 'observation') round(life, life.code, at, { began: given.began });
			if (given.asks !== 'acknowledge') return;
			if (given.byReading) tell(life, 'module-completed', at, { module: slug, version }, {});
			else tell(life, 'acknowledgement', at, { content: kind, slug, version }, {});
		};
	});

const isWithdrawn = fc
	.record({
		scope: otherwise<Scope | null>(15, null, (life) => ({ privilege: life.code, siteId: otherSite(life) })),
		usual: scopes,
		again: inSome(70, becomesCompetent),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const where = (given.scope ?? given.usual)(life);
			tell(life, 'withdrawal', moment(life.today, given.minute), {}, where);
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
const workRoles = otherwise<Role>(24, 'senior', 'nurse', 'nurse', 'nurse', 'carer', 'carer', 'administrator');

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
		/** Comes of age so much later, as only this post says. */
		comesOfAgeAfter: inSome(6, fc.constantFrom(10, 200)),
		nights: otherwise(10, false, true),
		/** Comes back to the first post, so many days beyond what policy allows. */
		backAfter: inSome(25, fc.constantFrom(1, 0, 40)),
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
			const { comesOfAgeAfter } = given;
			const work = {
				role: given.role,
				contract: given.contract,
				...(comesOfAgeAfter === null ? {} : { adultOn: dayText(life.today + comesOfAgeAfter) }),
				...(given.nights ? { nights: true as const } : {}),
			};
			tell(life, 'employment-started', start, work, { siteId });
			if (given.backAfter !== null) {
				life.today = daysLater(life.today + (given.firstEnds ?? 0) + 1, life.rules.policy.absence.longest);
				life.today += given.backAfter;
				const again = { role: life.role, contract: 'permanent' as const };
				tell(life, 'employment-started', moment(life.today, given.minute), again, { siteId: life.site });
			}
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
		ageDecision: inSome(75, mostly(true, false)),
		aboutAge: scopes,
		agencyRecord: inSome(85, mostly(400, 60)),
		agencyRecordAt: mostly<'nowhere' | 'here' | 'elsewhere'>('nowhere', 'here', 'elsewhere'),
		whole: otherwise(10, false, true),
		nights: otherwise(8, false, true),
		/** Has the register's word for being a nurse. */
		registered: otherwise<number | undefined>(40, undefined, 1500, 200, 60),
		never: otherwise(2, false, true),
	})
	.map((given): Chapter => {
		return (life) => {
			life.today = given.from;
			life.role = given.role;
			life.nights = given.nights;
			if (given.never) return;
			const at = moment(life.today, 540);
			const { comesOfAgeAfter } = given;
			const adultOn = comesOfAgeAfter === null ? {} : { adultOn: dayText(life.today + comesOfAgeAfter) };
			const nights = given.nights ? { nights: true as const } : {};
			const work = { role: given.role, contract: given.contract, ...adultOn, ...nights };
			if (given.role === 'nurse' && given.registered !== undefined)
				award(life, 'nmc-registration', at, given.registered);
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
	'delegation-takeover',
	'supervision',
	'lone-giving',
	'age-decision',
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
			if (given.what === 'failed quiz') passQuiz(life, life.code, at, { score: 40 });
			if (given.what === 'acknowledgement')
				tell(life, 'acknowledgement', at, { content: 'module', slug: module, version: 2 }, {});
			if (given.what === 'declaration') tell(life, 'declaration', at, { document: 'medicines-policy', version: 2 }, {});
		};
	});

const showsAnAward = fc
	.record({
		name: fc.constantFrom('agency-record', 'first-aid', 'controlled-drugs', 'nmc-registration'),
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
		ended: otherwise(25, 'none', 'this', 'the first'),
		takeover: inSome(35, fc.constantFrom(3, 0, 40)),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const first = life.drafts.find((each) => each.kind === 'delegation');
			delegate(life, life.code, moment(life.today, given.minute), given.person, given.reviewIn);
			const last = lastDraft(life, 'delegation');
			if (given.takeover !== null && last) {
				const by = dayText(life.today + given.takeover);
				tell(
					life,
					'delegation-takeover',
					moment(life.today, given.minute + 4),
					{ delegation: last.id, by },
					here(life),
				);
			}
			const ended = given.ended === 'this' ? last : first;
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

// --- Going round a refusal ------------------------------------------------------------------------------------------

/** Taken back by mistake, and entered again under its own day, or under another. */
const isReentered = fc
	.record({
		kind: fc.constantFrom<EvidenceKind>('observation', 'observation', 'quiz-marked', 'module-completed', 'sign-off'),
		after: fc.constantFrom(1, 0, 10),
		moved: otherwise(25, 0, 1, -1),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const fact = lastDraft(life, given.kind);
			if (!fact) return;
			takeBack(life, given.kind, given.minute);
			life.today += given.after;
			const observedAt = new Date(fact.observedAt.getTime() + given.moved * day);
			const now = moment(life.today, given.minute);
			const id = `${fact.kind}-${life.drafts.length}`;
			const recordedAt = now > observedAt ? now : observedAt;
			life.drafts.push({ ...fact, id, observedAt, recordedAt, supersedes: null } as Draft);
		};
	});

/** Something makes another round needed; then somebody may practise beside a colleague, and perhaps is watched. */
const practisesAgain = fc
	.record({
		because: fc.constantFrom('run out', 'run out', 'withdrawn', 'taken back', 'failed', 'failed gravely', 'away'),
		supervisedAfter: fc.constantFrom(0, 0, 1, -1),
		scope: otherwise<Scope | null>(10, null, (life) => ({ privilege: life.code, siteId: null })),
		rounds: fc.constantFrom(0, 0, 1, 3),
		quiz: fc.boolean(),
		signedOff: otherwise(50, false, true),
		term: terms,
		under,
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			becauseOf(life, given.because, given.minute);
			const practises = moment(life.today + given.supervisedAfter, given.minute + 1);
			tell(life, 'supervision', practises, { supervisor: 'ben' }, given.scope?.(life) ?? here(life));
			life.today += Math.max(0, given.supervisedAfter);
			for (let place = 0; place < given.rounds; place++) {
				life.today += 1;
				round(life, life.code, moment(life.today, given.minute), { place });
			}
			const at = moment(life.today, given.minute + 2);
			if (given.quiz) passQuiz(life, life.code, at);
			if (given.signedOff) signOffUntil(life, life.code, at, given.term(life.today), given.under);
		};
	});

function becauseOf(life: Life, because: string, minute: number): void {
	const at = () => moment(life.today, minute);
	if (because === 'run out') {
		const lastDay = lastDayOfSignOff(life) ?? life.today;
		life.today = Math.max(life.today, daysLater(lastDay, life.rules.policy.grace) + 1);
	}
	if (because === 'withdrawn') tell(life, 'withdrawal', at(), {}, here(life));
	if (because === 'taken back') takeBack(life, 'observation', minute);
	if (because === 'failed') {
		round(life, life.code, at(), { passed: false });
		life.today = daysLater(life.today, life.rules.policy.observation.afterMisses) + 1;
	}
	if (because === 'failed gravely') round(life, life.code, at(), { fails: 'critical' });
	if (because !== 'away') return;
	const back = daysLater(life.today, life.rules.policy.absence.longest) + 1;
	tell(life, 'absence', at(), { from: dayText(life.today), back: dayText(back) }, {});
	life.today = back;
}

/** Helps out where they do not work, on call; sometimes where they work nowhere, or are stopped. */
const covers = fc
	.record({
		hours: mostly(24 * 9, 12, 24 * 40),
		scope: otherwise<Scope | null>(12, null, (life) => ({ privilege: life.code, siteId: null })),
		stopped: inSome(25, fc.constantFrom<'pause' | 'withdrawal'>('pause', 'withdrawal')),
		stopScope: scopes,
		leavesAfter: inSome(15, fc.constantFrom(0, 3)),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const at = moment(life.today, given.minute);
			const own = life.site;
			life.site = otherSite(life);
			const reviewOn = dayText(life.today + 14);
			if (given.stopped === 'pause')
				tell(life, 'pause', at, { reason: 'other', reviewOn, owner: 'grace' }, given.stopScope(life));
			if (given.stopped === 'withdrawal') tell(life, 'withdrawal', at, {}, given.stopScope(life));
			const until = new Date(at.getTime() + given.hours * hour).toISOString();
			tell(life, 'override', at, { until, note: '0'.repeat(64) }, given.scope?.(life) ?? here(life));
			if (given.leavesAfter === null) return;
			const lastDay = dayText(life.today + given.leavesAfter);
			tell(life, 'employment-ended', at, { lastDay }, { siteId: own });
		};
	});

/** Allowed on call though something that it rests on is paused, or the review of a delegation is late. */
const isAllowedThough = fc
	.record({ though: fc.constantFrom('paused below', 'review is late'), first: fc.boolean(), minute: minutes })
	.map((given): Chapter => {
		return (life) => {
			const at = moment(life.today, given.minute);
			const until = new Date(at.getTime() + 9 * day).toISOString();
			const allows = () => tell(life, 'override', at, { until, note: '0'.repeat(64) }, here(life));
			if (given.first) allows();
			const below = withPrerequisites(life, life.code)[0] ?? life.code;
			const reviewOn = dayText(life.today + 14);
			if (given.though === 'paused below')
				tell(life, 'pause', at, { reason: 'other', reviewOn, owner: 'grace' }, { ...here(life), privilege: below });
			else delegate(life, life.code, moment(life.today - 3, given.minute), 'resident-1', -1);
			if (!given.first) allows();
		};
	});

const givesAlone = fc
	.record({ hours: otherwise(25, 24 * 40, 24 * 9, 12, 1), scope: scopes, again: fc.boolean(), minute: minutes })
	.map((given): Chapter => {
		return (life) => {
			for (const times of given.again ? [2, 1] : [1]) {
				const at = moment(life.today, given.minute + times);
				const until = new Date(at.getTime() + given.hours * times * hour).toISOString();
				tell(life, 'lone-giving', at, { until, secondCheck: 'nora', note: '0'.repeat(64) }, given.scope(life));
			}
		};
	});

/** A new policy asks more of those signed off, and leaves them time. */
const policyChanges = fc
	.record({
		until: fc.constantFrom(28, 3, 90, 0),
		readOld: otherwise(30, 1, 0),
		absence: inSome(60, fc.record({ longest: fc.constantFrom('P90D', 'P6M'), asks })),
		spotCheck: fc.boolean(),
		aways: fc.boolean(),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const { policy, settling } = life.rules;
			const ownNumbers = policy.privileges[life.code];
			const documents: Record<string, number> = given.readOld ? { 'medicines-policy': given.readOld } : {};
			const older: Policy = {
				...policy,
				version: 'older',
				documents,
				absence: given.absence ?? policy.absence,
				privileges: given.spotCheck ? { [life.code]: { ...ownNumbers, spotCheck: 'P12M' } } : {},
			};
			settling.push({ policy: older, until: moment(life.today + given.until, 0) });
			if (given.aways) becauseOf(life, 'away', given.minute);
		};
	});

/** Absences that touch one another, or the end of one spell of work and the beginning of the next. */
const isAwayBitByBit = fc
	.record({
		bits: fc.array(
			fc.record({ days: fc.constantFrom(20, 50, 5), apart: fc.constantFrom(0, 0, -2, 1), gap: fc.boolean() }),
			{ minLength: 2, maxLength: 4 },
		),
		back: otherwise(20, true, false),
		answered: otherwise(30, false, true),
		minute: minutes,
	})
	.map((given): Chapter => {
		return (life) => {
			const at = () => moment(life.today, given.minute);
			for (const [place, { days, apart, gap }] of given.bits.entries()) {
				const isLast = place === given.bits.length - 1;
				const from = life.today + (place === 0 ? 0 : apart);
				if (gap) {
					tell(life, 'employment-ended', at(), { lastDay: dayText(from - 1) }, { siteId: null });
					life.today = from + days;
					tell(life, 'employment-started', at(), { role: life.role, contract: 'permanent' }, { siteId: life.site });
				} else {
					const back = isLast && !given.back ? null : dayText(from + days);
					tell(life, 'absence', at(), { from: dayText(from), back }, {});
					life.today = from + days;
				}
			}
			if (given.answered) answersTo(life, life.rules.policy.absence.asks, given.minute);
		};
	});

/** What is of use only to somebody who is competent. */
export const soonChapters = fc.oneof(
	{ weight: 3, arbitrary: givesAlone },
	{ weight: 3, arbitrary: isDelegated },
	{ weight: 1, arbitrary: isOverridden },
);

/** What may happen before anybody is signed off. */
export const earlyChapters = fc.oneof(
	{ weight: 4, arbitrary: isWatched },
	{ weight: 3, arbitrary: learns },
	{ weight: 3, arbitrary: isPaused },
	{ weight: 4, arbitrary: contentChanges },
	{ weight: 2, arbitrary: isAway },
	{ weight: 1, arbitrary: isWithdrawn },
	{ weight: 1, arbitrary: changesPost },
	{ weight: 1, arbitrary: ageIsDecided },
);

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
	{ weight: 4, arbitrary: isWithdrawn },
	{ weight: 7, arbitrary: isWatched },
	{ weight: 3, arbitrary: learns },
	{ weight: 9, arbitrary: contentChanges },
	{ weight: 3, arbitrary: showsAnAward },
	{ weight: 10, arbitrary: changesPost },
	{ weight: 2, arbitrary: isSupervised },
	{ weight: 6, arbitrary: isDelegated },
	{ weight: 2, arbitrary: ageIsDecided },
	{ weight: 4, arbitrary: isReentered },
	{ weight: 7, arbitrary: practisesAgain },
	{ weight: 4, arbitrary: covers },
	{ weight: 4, arbitrary: isAllowedThough },
	{ weight: 9, arbitrary: givesAlone },
	{ weight: 4, arbitrary: policyChanges },
	{ weight: 4, arbitrary: isAwayBitByBit },
	{ weight: 2, arbitrary: isAssessedOutside },
	{ weight: 1, arbitrary: isUpheld },
	{ weight: 1, arbitrary: becomesCompetent },
);
