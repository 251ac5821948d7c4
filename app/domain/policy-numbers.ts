import { type ChangeAsks, changeAsks } from './content.ts';
import { pauseReasonWords } from './evidence.ts';
import { incidentWords, severeKinds } from './incident.ts';
import { sayLength } from './length.ts';
import { type PolicyBody, timesOfDay } from './policy.ts';
import type { SiteKind } from './privilege.ts';
import { readable } from './requirement-words.ts';
import { pauseReasons } from './words.ts';

/** What each number of policy is called, and how it is filled in. */
export type PolicyNumber = {
	/** Where it stands in a policy: `quiz.passMark`, `quiz.waits.0`, `privileges.administer-prn.validity`. */
	path: string;
	label: string;
	hint?: string;
	/** May be left empty: something more general then holds. */
	optional?: boolean;
} & (
	| { kind: 'count'; least: number; most: number; suffix?: string }
	| { kind: 'length'; exact?: boolean }
	| { kind: 'yes-no' }
	| { kind: 'asks'; options: { value: string; label: string }[] }
	| { kind: 'time' }
	| { kind: 'variants'; all: string[] }
);

export interface NumberSection {
	title: string;
	/** What to think of before any of its numbers is changed. */
	note?: string;
	numbers: PolicyNumber[];
}

const times = ['first', 'second', 'third'];

/**
 * The main numbers, in the order of the page. Those about the whole provider are not asked at a site. Nowhere asked is
 * `override.untrained`: that a stranger to a task may be allowed to do it is decided where the content is reviewed, not on
 * a form that somebody fills in on a busy day.
 */
export function mainNumbers(policy: PolicyBody, scope: 'provider' | 'site'): NumberSection[] {
	const count = (path: string, label: string, least: number, most: number, hint?: string): PolicyNumber => ({
		kind: 'count',
		path,
		label,
		least,
		most,
		...(hint ? { hint } : {}),
	});
	const length = (path: string, label: string): PolicyNumber => ({ kind: 'length', path, label });
	const waits = Array.from({ length: Math.max(3, policy.quiz.waits.length) }, (_, place): PolicyNumber => {
		const last = place + 1 >= Math.max(3, policy.quiz.waits.length);
		const label = `Wait after the ${times[place] ?? `${place + 1}th`}${last ? ' and any later' : ''} failure in a row`;
		return { kind: 'length', exact: true, path: `quiz.waits.${place}`, label };
	});
	return [
		{
			title: 'Quizzes',
			numbers: [
				{ ...count('quiz.passMark', 'Pass mark', 50, 100), suffix: 'per cent' } as PolicyNumber,
				...waits,
				length('quiz.maximumAge', 'A pass counts towards a sign-off for'),
			],
		},
		{
			title: 'Observed rounds before a first sign-off',
			numbers: [
				count('observation.passes', 'Rounds passed', 1, 20),
				count('observation.distinctDates', 'On different days', 1, 20),
				count('observation.timesOfDay', 'At different times of day', 1, timesOfDay.length),
				count('observation.assessors', 'With different assessors', 1, 10),
				{ kind: 'yes-no', path: 'observation.consecutive', label: 'A failed round starts the count again' },
				count('observation.missesAllowed', 'Lines that may be missed in a round', 0, 20, 'Never a critical line'),
				length('observation.maximumAge', 'A round counts for'),
				{ kind: 'yes-no', path: 'observation.lateCounts', label: 'A round counts that was signed late' },
			],
		},
		{
			title: 'When a round is failed',
			note: 'Whoever misses a critical line, or has to be stopped for safety, is watched again before they carry on. This is for all other lines.',
			numbers: [length('observation.afterMisses', 'With too many other lines missed, watched again within')],
		},
		{
			title: 'How long a sign-off holds',
			numbers: [
				length('dueSoon', 'Shown as due soon before its last day'),
				length('grace', 'Still holds after its last day'),
				{
					kind: 'time',
					path: 'endOfShift',
					label: 'What runs out at midnight holds until',
					hint: 'The end of the night shift, such as 08:00. Leave empty for midnight',
					optional: true,
				},
			],
		},
		{
			title: 'Renewal',
			numbers: [
				count('renewal.passes', 'Rounds for a renewal', 0, 99),
				{ kind: 'yes-no', path: 'renewal.quiz', label: 'The quiz is taken again' },
				length('renewal.lateBy', 'May still be renewed after its last day'),
			],
		},
		{
			title: 'Away from work',
			numbers: [
				length('absence.longest', 'Longest time away'),
				{ kind: 'asks', options: asksOptions, path: 'absence.asks', label: 'Somebody away for longer has to' },
			],
		},
		{
			title: 'A new site, and agency staff',
			numbers: [
				count('newSite.passes', 'Rounds at a new site, when signed off at another of ours', 0, 99),
				count('agency.passes', 'Rounds for agency staff', 0, 99),
				length('agency.validity', 'A sign-off of agency staff lasts at most'),
			],
		},
		{
			title: 'Two people',
			numbers: [
				{ kind: 'yes-no', path: 'witness', label: 'Controlled drugs need a competent witness' },
				{
					kind: 'yes-no',
					path: 'supervisorMayWitness',
					label: 'One person may stand beside a learner and be the witness at once',
				},
			],
		},
		{
			title: 'When a nurse leaves',
			numbers: [length('takeover', 'Another nurse takes over what she has delegated within')],
		},
		{
			title: 'Documents people must have read',
			numbers: Object.keys(policy.documents).map((name) =>
				count(`documents.${name}`, `Version of the ${readable(name)}`, 1, 999),
			),
		},
		{
			title: 'Pauses',
			numbers: [
				length('pause.review', 'A review is due within'),
				length('pause.longest', 'A pause is shown as too long after'),
				...pauseReasons.map(
					(reason): PolicyNumber => ({
						kind: 'asks',
						options: asksOptions,
						path: `pause.lifting.${reason}`,
						label: `After “${pauseReasonWords[reason].toLowerCase()}”, lifting asks them to`,
					}),
				),
			],
		},
		{
			title: 'When another system reports something',
			note: 'A report is for a manager to look at. Say yes only for what must not wait that long: any system that may report can then stop somebody, also by mistake and at night.',
			numbers: severeKinds.map(
				(kind): PolicyNumber => ({
					kind: 'yes-no',
					path: `pause.onReport.${kind}`,
					label: `“${incidentWords[kind]}” pauses whoever is named, at once`,
				}),
			),
		},
		{
			title: 'Allowing somebody on call',
			numbers: [
				{ kind: 'length', exact: true, path: 'override.longest', label: 'At most for' },
				count('override.perYear', 'Times a year for one person', 0, 99),
			],
		},
		{
			title: 'A round without a network',
			numbers: [
				{
					kind: 'length',
					exact: true,
					path: 'offline',
					label: 'Another system may work from a signed list for',
					hint: 'At most 12 hours. A pause made meanwhile is not heard by a device without a network. 0 for not at all',
				},
			],
		},
		{
			title: 'Records',
			numbers: [
				{ kind: 'length', exact: true, path: 'lateEntry', label: 'An entry is marked late after' },
				...(scope === 'provider' ? [length('retention', 'A leaver’s name is kept for')] : []),
			],
		},
	];
}

/** Where numbers of a kind of site's own hold. */
export const siteKindWords: Record<SiteKind, string> = {
	'care-home': 'care homes',
	'home-care': 'home care',
	'supported-living': 'supported living',
};

export const asksWords: Record<ChangeAsks, string> = {
	nothing: 'do nothing',
	acknowledge: 'read what is new and say so',
	quiz: 'pass the quiz again',
	observation: 'be watched again',
};
const asksOptions = changeAsks.map((value) => ({ value, label: asksWords[value] }));

/** A number as people read it. */
export function sayNumber(number: PolicyNumber, value: unknown): string {
	if (number.kind === 'yes-no') return value ? 'yes' : 'no';
	if (value === undefined || value === null || value === '') return 'not set';
	switch (number.kind) {
		case 'count':
			return number.suffix ? `${value} ${number.suffix}` : String(value);
		case 'length':
			return sayLength(String(value));
		case 'asks':
			return asksWords[value as ChangeAsks];
		case 'time':
			return String(value);
		case 'variants':
			return (value as string[]).map(readable).join(', ');
	}
}

/** What a policy says at a path; undefined where it says nothing. A wait beyond the last is the last. */
export function numberAt(policy: Partial<PolicyBody>, path: string): unknown {
	const parts = path.split('.');
	const value = parts.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], policy);
	if (path.startsWith('quiz.waits.')) return value ?? policy.quiz?.waits?.at(-1);
	return value;
}
