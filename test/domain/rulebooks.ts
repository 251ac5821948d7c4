import fc from 'fast-check';
import type { Checklist, Criterion } from '../../app/domain/checklist.ts';
import type { ChangeAsks } from '../../app/domain/content.ts';
import type { Policy, PolicyBody } from '../../app/domain/policy.ts';
import type { Privilege, PrivilegeCode, Requirement } from '../../app/domain/privilege.ts';
import type { Rules, Settling } from '../../app/domain/rules.ts';

/** Rules to judge working lives by: a policy varied in its numbers, and a small catalogue that asks for everything. */

export function mostly<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
	return fc.oneof(
		{ weight: 3, arbitrary: fc.constant(usual) },
		{ weight: 2, arbitrary: fc.constantFrom(usual, ...others) },
	);
}

/** The usual, but in so many of a hundred lives one of the others. */
export function otherwise<T>(percent: number, usual: T, ...others: T[]): fc.Arbitrary<T> {
	return fc.oneof(
		{ weight: 100 - percent, arbitrary: fc.constant(usual) },
		{ weight: percent, arbitrary: fc.constantFrom(...others) },
	);
}

/** Null, but in so many of a hundred lives. */
export function inSome<T>(percent: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
	return fc.oneof({ weight: 100 - percent, arbitrary: fc.constant(null) }, { weight: percent, arbitrary });
}

export const asks = fc.constantFrom<ChangeAsks>('observation', 'quiz', 'acknowledge', 'nothing');

const numbers: fc.Arbitrary<PolicyBody> = fc
	.record({
		passes: fc.constantFrom(1, 2, 3),
		distinctDates: fc.constantFrom(1, 2, 3),
		times: fc.constantFrom(1, 2),
		assessors: mostly(1, 2),
		consecutive: fc.boolean(),
		maximumAge: fc.constantFrom('P6M', 'P3M', 'P1M'),
		passMark: otherwise(20, 80, 95),
		quizAge: otherwise(20, 'P99Y', 'P12M', 'P3M', 'P1M'),
		lateCounts: mostly(false, true),
		afterMisses: fc.constantFrom('P7D', 'P0D', 'P28D'),
		supervisorMayWitness: fc.boolean(),
		untrained: otherwise<PrivilegeCode[]>(20, [], ['administer-oral', 'administer-rescue', 'administer-inhaled']),
		dueSoon: mostly('P60D', 'P30D', 'P0D', 'P2M'),
		renewal: fc.record({
			passes: mostly(1, 0, 2, 99),
			quiz: mostly(false, true),
			lateBy: fc.constantFrom('P90D', 'P30D', 'P0D', 'P1M'),
		}),
		grace: mostly('P0D', 'P7D', 'P1M'),
		endOfShift: mostly<string | null>(null, '08:00'),
		absence: fc.record({ longest: fc.constantFrom('P90D', 'P30D', 'P1M'), asks }),
		newSite: fc.record({ passes: mostly(1, 0, 99) }),
		agency: fc.record({ passes: mostly(1, 0, 2), validity: mostly('P30D', 'P2M') }),
		document: fc.constantFrom(2, 2, 1, undefined),
		own: inSome(
			30,
			fc.record(
				{
					passes: fc.constantFrom(1, 2, 4),
					timesOfDay: fc.constantFrom(1, 3),
					variants: fc.constantFrom<string[]>(['spray'], ['spray', 'nebuliser']),
					spotCheck: fc.constantFrom('P6M', 'P3M', 'P1M'),
					validity: fc.constantFrom('P6M', 'P40D'),
					people: otherwise(20, 7, 17),
					doses: otherwise(20, 7, 41),
				},
				{ requiredKeys: [] },
			),
		),
	})
	.map(
		({ document, own, ...given }): PolicyBody => ({
			quiz: { passMark: given.passMark, waits: ['PT0S'], maximumAge: given.quizAge },
			observation: {
				passes: given.passes,
				distinctDates: given.distinctDates,
				timesOfDay: given.times,
				assessors: given.assessors,
				consecutive: given.consecutive,
				missesAllowed: 2,
				maximumAge: given.maximumAge,
				lateCounts: given.lateCounts,
				afterMisses: given.afterMisses,
			},
			timesOfDay: { morning: '06:00', lunch: '11:00', teatime: '14:00', bedtime: '18:00', night: '22:00' },
			dueSoon: given.dueSoon,
			maximumAge: 'PT60S',
			renewal: given.renewal,
			grace: given.grace,
			endOfShift: given.endOfShift,
			absence: given.absence,
			newSite: given.newSite,
			agency: given.agency,
			witness: true,
			supervisorMayWitness: given.supervisorMayWitness,
			takeover: 'P14D',
			documents: document ? { 'medicines-policy': document } : {},
			pause: { review: 'P14D', longest: 'P84D', lifting: {}, onReport: {} },
			override: { longest: 'PT12H', perYear: 3, untrained: given.untrained },
			retention: 'P6Y',
			offline: 'PT12H',
			lateEntry: 'PT24H',
			privileges: own ? { 'administer-oral': own, 'administer-inhaled': own, 'administer-rescue': own } : {},
		}),
	);

/** How the forms of a rulebook differ from the usual. */
interface FormHabits {
	/** Lines are met by what they say, not by the usual. */
	ownWays: boolean;
	/** The sign-off covers only the things that were seen. */
	covers: boolean;
	/** Every line that may fail a round is critical. */
	strict: boolean;
}

const formHabits: fc.Arbitrary<FormHabits> = fc.record({
	ownWays: fc.boolean(),
	covers: otherwise(30, false, true),
	strict: fc.boolean(),
});

/** A line that is not critical, has to apply, and is met in the usual way, but for what is given. */
function line(id: string, given: Partial<Criterion> = {}): Criterion {
	return { id, text: `says ${id} of a line`, critical: false, mayNotApply: false, ...given };
}

/** A form in two versions: the newer one has a line more, and takes one more of them to be critical. */
function formOf(slug: string, version: number, { ownWays, covers, strict }: FormHabits): Checklist {
	const criteria = [
		line('washes', { critical: version > 1 || strict }),
		line('refusal', { mayNotApply: true, critical: strict }),
		line('storage', ownWays ? { metBy: 'seen' } : {}),
	];
	if (version > 1) criteria.push(line('records', { critical: strict, ...(ownWays ? { metBy: 'asked' } : {}) }));
	const things = covers ? [line('uses-spray', { covers: 'spray' }), line('uses-patch', { covers: 'patch' })] : [];
	return {
		slug,
		title: slug,
		...(slug === 'rescue-round' ? { counts: false } : {}),
		provenance: { version, owner: 'test', reviewBy: '2099-01-01', clinicalReview: 'awaiting', sources: [] },
		sections: [{ title: 'all', criteria: [...criteria, ...things] }],
	};
}

const forms = ['oral-round', 'prn-round', 'cd-round', 'inhaled-round', 'rescue-round'];

function privilegeFile(code: PrivilegeCode, requirements: Requirement[], given: Partial<Privilege> = {}): Privilege {
	return {
		code,
		title: code,
		permits: code,
		for: ['carer', 'senior', 'nurse'],
		validity: 'P12M',
		provenance: { version: 1, owner: 'test', reviewBy: '2099-01-01', clinicalReview: 'awaiting', sources: [] },
		...given,
		requirements,
	};
}

const quiz = (slug: string): Requirement => ({
	kind: 'quiz',
	quiz: slug,
	draw: [{ module: slug, questions: 1, critical: 0 }],
});
const signOff: Requirement = { kind: 'sign-off', by: ['manager'] };

/** A small catalogue that asks for everything there is to ask for. Two transcription privileges rest on each other. */
function privilegesOf(
	version: number,
	spotCheck: string | undefined,
	signOffFirst: boolean,
	passes?: number,
	validity = 'P12M',
): Privilege[] {
	const files = [
		privilegeFile('prompt', [{ kind: 'module', module: 'basics', version: 1 }, signOff]),
		privilegeFile(
			'administer-oral',
			[
				{ kind: 'module', module: 'basics', version: 1 },
				{ kind: 'module', module: 'oral', version },
				quiz('oral'),
				{ kind: 'declaration', document: 'medicines-policy' },
				{ kind: 'site-induction' },
				{ kind: 'observation', checklist: 'oral-round', ...(passes ? { passes } : {}) },
				signOff,
			],
			{ spotCheck, validity },
		),
		privilegeFile('administer-prn', [
			{ kind: 'prerequisite', privilege: 'administer-oral' },
			quiz('prn'),
			{ kind: 'observation', checklist: 'prn-round', passes: 2, timesOfDay: 1, people: 9, doses: 3 },
			signOff,
		]),
		privilegeFile(
			'administer-controlled-drug',
			[
				{ kind: 'role', roles: ['senior', 'nurse'] },
				{ kind: 'prerequisite', privilege: 'administer-prn' },
				{ kind: 'award', award: 'controlled-drugs' },
				{ kind: 'observation', checklist: 'cd-round', passes: 1 },
				signOff,
			],
			{ for: ['senior', 'nurse'], witness: 'witness-controlled-drug', spotCheck },
		),
		privilegeFile(
			'administer-inhaled',
			[
				{ kind: 'role', roles: ['carer', 'senior', 'nurse'] },
				{ kind: 'module', module: 'inhaled', version },
				{ kind: 'site-induction' },
				{ kind: 'observation', checklist: 'inhaled-round', variants: ['spray', 'nebuliser'] },
				...(passes === 3 ? [{ kind: 'prerequisite' as const, privilege: 'prompt' as const }] : []),
				signOff,
			],
			{ witness: 'witness-controlled-drug' },
		),
		privilegeFile('administer-rescue', [
			{ kind: 'role', roles: ['carer', 'senior', 'nurse'] },
			{ kind: 'award', award: 'first-aid' },
			quiz('rescue'),
			{ kind: 'observation', checklist: 'rescue-round', simulation: true },
			{ kind: 'delegation' },
			signOff,
		]),
		privilegeFile('give-homely-remedy', [{ kind: 'prerequisite', privilege: 'administer-rescue' }, signOff]),
		privilegeFile('transcribe-mar', [{ kind: 'prerequisite', privilege: 'check-transcription' }, signOff]),
		privilegeFile('check-transcription', [{ kind: 'prerequisite', privilege: 'transcribe-mar' }, signOff]),
		privilegeFile('audit-mar', [signOff, { kind: 'prerequisite', privilege: 'transcribe-mar' }]),
	];
	if (!signOffFirst) return files;
	return files.map((each) => ({ ...each, requirements: [...each.requirements].reverse() }));
}

export const rulebooks: fc.Arbitrary<Rules> = fc
	.record({
		now: numbers,
		before: numbers,
		version: fc.constantFrom(1, 2),
		spotCheck: mostly<string | undefined>(undefined, 'P3M', 'P6M'),
		signOffFirst: mostly(false, true),
		validity: mostly('P12M', 'P6M'),
		earlier: fc.boolean(),
		earlierPasses: fc.constantFrom(1, 3),
		forms: formHabits,
		formVersion: mostly(2, 1),
		/** No form of a round is known. */
		formless: otherwise(5, false, true),
		settlesUntil: inSome(20, fc.constantFrom('2026-09-01T00:00Z', '2027-03-01T00:00Z', '2028-01-01T00:00Z')),
	})
	.map(({ now, before, version, spotCheck, signOffFirst, validity, earlier, earlierPasses, ...given }) => {
		const inForce = privilegesOf(version, spotCheck, signOffFirst, undefined, validity);
		const files = privilegesOf(1, undefined, false, earlierPasses);
		const known = given.formless ? [] : forms.map((slug) => formOf(slug, given.formVersion, given.forms));
		const settling: Settling[] = given.settlesUntil
			? [{ policy: { ...before, version: 'settling' }, until: new Date(given.settlesUntil) }]
			: [];
		const rules: Rules = {
			policy: { ...now, version: 'now' },
			privileges: new Map(inForce.map((each) => [each.code, each])),
			changes: [],
			checklists: new Map(known.map((each) => [each.slug, each])),
			...(settling.length > 0 ? { settling } : {}),
		};
		if (!earlier) return rules;
		const policies = new Map<string, Policy>([['then', { ...before, version: 'then' }]]);
		const checklists = new Map(
			forms.flatMap((slug) =>
				[1, 2].map((each): [string, Checklist] => [`${slug}@${each}`, formOf(slug, each, given.forms)]),
			),
		);
		const privileges = new Map(files.map((each): [string, Privilege] => [`${each.code}@1`, each]));
		return { ...rules, earlier: { policies, privileges, checklists } };
	});
