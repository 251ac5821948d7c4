import fc from 'fast-check';
import type { Evidence } from '../../app/domain/evidence.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Question, Rules } from '../../app/domain/rules.ts';
import {
	becomesCompetent,
	earlyChapters,
	firstWork,
	isRenewed,
	laterChapters,
	soonChapters,
	waits,
} from './chapters.ts';
import { inSome, mostly, otherwise, rulebooks } from './rulebooks.ts';
import { type Draft, day, dayNumber, daysLater, hour, type Life, minutes, moment, nextChange } from './telling.ts';

/**
 * Whole working lives at a care provider, up to about three years each, with rules to judge them by and a question about
 * them. A life is a first sign-off, renewals and then other chapters, each at the place in time that the one before left;
 * they know nothing of each other or of the rules until they are told, so that a life shrinks by losing them.
 */
export interface Asking {
	rules: Rules;
	evidence: Evidence[];
	question: Question;
	at: Date;
	knownAt: Date;
}

/** Instants at which something may begin or be over: a fact's own, and its days moved by the numbers of policy. */
function turningPoints(life: Life, fact: { observedAt: Date; payload: object }): Date[] {
	const { observation, absence, grace, renewal, quiz } = life.rules.policy;
	const points: Date[] = [fact.observedAt];
	const named = Object.values(fact.payload).filter((each) => typeof each === 'string');
	const days = named.filter((text) => /^\d{4}-\d{2}-\d{2}$/.test(text)).map(dayNumber);
	for (const text of named) if (/T.*Z$/.test(text)) points.push(new Date(text));
	for (const each of days) {
		points.push(moment(each, 0), moment(each + 1, 0), moment(each + 1, 480));
		for (const duration of [grace, absence.longest, renewal.lateBy])
			points.push(moment(daysLater(each, duration) + 1, 0), moment(daysLater(each, duration) + 1, 480));
	}
	const first = life.drafts[0]?.payload;
	if (first && 'adultOn' in first && first.adultOn) points.push(moment(dayNumber(first.adultOn), 0));
	const own = Math.floor(fact.observedAt.getTime() / day);
	for (const duration of [observation.maximumAge, observation.afterMisses, quiz.maximumAge, 'P1M', 'P3M', 'P6M'])
		points.push(moment(daysLater(own, duration) + 1, 0));
	return points;
}

const questions = fc.record({
	privilege: otherwise<PrivilegeCode | 'this'>(
		4,
		'this',
		'administer-oral',
		'prompt',
		'transcribe-mar',
		'audit-mar',
		'review-incident',
	),
	site: otherwise(4, 'this', 'elm', 'ash'),
	person: otherwise<string | undefined>(20, 'resident-1', undefined, undefined, 'resident-2'),
	when: fc.oneof(
		{ weight: 4, arbitrary: fc.record({ wait: waits, minute: minutes }) },
		{
			weight: 1,
			arbitrary: fc.record({ fact: fc.nat(30), point: fc.nat(30), shift: fc.constantFrom(0, -1, 1, hour, -hour, day) }),
		},
	),
	known: otherwise<'now' | 'later' | 'as a fact was' | 'days before'>(
		16,
		'now',
		'later',
		'as a fact was',
		'days before',
	),
	knownFact: fc.nat(12),
});
type Asked = typeof questions extends fc.Arbitrary<infer Given> ? Given : never;

/** In the end, or at a turning point of a fact or of new content, the later of them oftener. */
function chosenInstant(life: Life, { when }: Asked): Date {
	if ('wait' in when) return moment(life.today + when.wait, when.minute);
	const changes = life.rules.changes.map((each) => ({ observedAt: each.inForceFrom, payload: {} }));
	const settled = life.rules.settling.map(({ until }) => ({ observedAt: until, payload: {} }));
	const facts = [...life.drafts, ...changes, ...settled];
	const fact = facts[facts.length - 1 - (when.fact % Math.max(1, Math.min(facts.length, when.fact < 20 ? 8 : 30)))];
	const points = fact ? turningPoints(life, fact) : [moment(life.today, 600)];
	return new Date((points[when.point % points.length] as Date).getTime() + when.shift);
}

function inOrderOfRecording(drafts: readonly Draft[]): Evidence[] {
	const sorted = [...drafts].sort((a, b) => a.recordedAt.getTime() - b.recordedAt.getTime());
	return sorted.map((draft, place) => ({ ...draft, seq: place + 1 }) as Evidence);
}

function whenKnown(evidence: readonly Evidence[], at: Date, { known, knownFact }: Asked): Date {
	if (known === 'later') return new Date(at.getTime() + 60 * day);
	if (known === 'days before') return new Date(at.getTime() - 2 * day);
	if (known === 'now') return at;
	return evidence[evidence.length - 1 - (knownFact % Math.max(1, evidence.length))]?.recordedAt ?? at;
}

const targets = fc.oneof(
	{ weight: 7, arbitrary: fc.constant<PrivilegeCode>('administer-oral') },
	{ weight: 6, arbitrary: fc.constant<PrivilegeCode>('administer-inhaled') },
	{ weight: 2, arbitrary: fc.constant<PrivilegeCode>('administer-prn') },
	{ weight: 5, arbitrary: fc.constant<PrivilegeCode>('administer-rescue') },
	{ weight: 2, arbitrary: fc.constant<PrivilegeCode>('administer-controlled-drug') },
	{ weight: 1, arbitrary: fc.constantFrom<PrivilegeCode>('prompt', 'give-homely-remedy') },
);

/** A life, the rules it is judged by and a question about it. */
export const askings: fc.Arbitrary<Asking> = fc
	.record({
		rules: rulebooks,
		code: targets,
		site: fc.constantFrom('rose', 'elm'),
		starts: firstWork,
		/** Before the first sign-off. */
		early: inSome(25, earlyChapters),
		first: inSome(94, becomesCompetent),
		renewals: fc.array(isRenewed, { maxLength: 3, size: 'max' }),
		/** While they are most likely to be competent still. */
		soon: inSome(25, soonChapters),
		later: fc.array(
			fc.record({
				tells: laterChapters,
				wait: waits,
				/** Begins so many days from a clock change instead. */
				besideChange: inSome(12, fc.integer({ min: -1, max: 1 })),
				late: mostly(0, 1, 40),
			}),
			{ maxLength: 4, size: 'max' },
		),
		asked: questions,
	})
	.map(({ rules, code, site, starts, early, first, renewals, soon, later, asked }) => {
		const life: Life = {
			rules: { ...rules, changes: [], settling: [...(rules.settling ?? [])] },
			code,
			site,
			role: 'senior',
			nights: false,
			today: 0,
			late: 0,
			drafts: [],
		};
		starts(life);
		early?.(life);
		first?.(life);
		for (const renewal of renewals) renewal(life);
		soon?.(life);
		for (const { tells, wait, besideChange, late } of later) {
			life.today += wait;
			if (besideChange !== null) life.today = nextChange(life.today, besideChange);
			life.late = late;
			tells(life);
		}
		const at = chosenInstant(life, asked);
		const evidence = inOrderOfRecording(life.drafts);
		const privilege = asked.privilege === 'this' ? code : asked.privilege;
		const siteId = asked.site === 'this' ? life.site : asked.site;
		const question = { privilege, siteId, ...(asked.person === undefined ? {} : { person: asked.person }) };
		return { rules: life.rules, evidence, question, at, knownAt: whenKnown(evidence, at, asked) };
	});
