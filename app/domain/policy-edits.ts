import { changeAsks } from './content.ts';
import type { FieldError } from './input.ts';
import { calendarUnits, durationOf, exactUnits, type LengthUnit, lengthOf } from './length.ts';
import { type PolicyBody, policyBody } from './policy.ts';
import { numberAt, type PolicyNumber } from './policy-numbers.ts';

/** What somebody wants otherwise, by where it stands in a policy. Null: not set any more. */
export type PolicyEdits = Record<string, string | number | boolean | string[] | null>;
/** What a form sent, by the name of the field. */
export type Sent = Record<string, string[]>;

/** What a form shows for each number, by the name of the field. */
export function fieldsFor(numbers: readonly PolicyNumber[], policy: PolicyBody): Sent {
	return Object.fromEntries(
		numbers.flatMap((number) => Object.entries(shownFor(number, numberAt(policy, number.path)))),
	);
}

function shownFor({ kind, path, ...number }: PolicyNumber, value: unknown): Sent {
	switch (kind) {
		case 'length': {
			const exact = 'exact' in number && number.exact;
			const length = typeof value === 'string' ? lengthOf(value) : undefined;
			return {
				[path]: [length ? String(length.count) : ''],
				[`${path}.unit`]: [length?.unit ?? (exact ? 'hours' : 'months')],
			};
		}
		case 'yes-no':
			return { [path]: [value ? 'yes' : 'no'] };
		case 'asks':
			return { [path]: [typeof value === 'string' ? value : 'nothing'] };
		case 'variants':
			return { [path]: Array.isArray(value) ? value : [] };
		default:
			return { [path]: [value === undefined || value === null ? '' : String(value)] };
	}
}

/**
 * What a form changes of the policy it was made from. Fields that were not sent or say what they said change nothing,
 * so that two people who change different numbers do not undo each other's.
 */
export function readEdits(
	numbers: readonly PolicyNumber[],
	sent: Sent,
	from: PolicyBody,
): { edits: PolicyEdits; errors: FieldError[] } {
	const edits: PolicyEdits = {};
	const errors: FieldError[] = [];
	for (const number of numbers) {
		const { path } = number;
		const before = shownFor(number, numberAt(from, path));
		const after = Object.fromEntries(Object.keys(before).map((name) => [name, sent[name] ?? before[name] ?? []]));
		// Of ticked boxes nothing is sent where none is ticked: the form says beside them that it asked.
		if (number.kind === 'variants' && sent[`${path}.asked`]) after[path] = sent[path] ?? [];
		if (JSON.stringify(before) === JSON.stringify(after)) continue;
		const read = readNumber(number, after);
		if ('message' in read) errors.push({ field: path, message: `${number.label}: ${read.message}` });
		else edits[path] = read.value;
	}
	if (!errors.length)
		for (const { path, message } of policyBody.safeParse(rawWith(from, edits)).error?.issues ?? [])
			errors.push({ field: path.join('.'), message });
	return { edits, errors };
}

function readNumber(number: PolicyNumber, sent: Sent): { value: PolicyEdits[string] } | { message: string } {
	const text = (sent[number.path]?.[0] ?? '').trim();
	if (!text && number.optional && number.kind !== 'variants') return { value: null };
	const whole = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
	switch (number.kind) {
		case 'count':
			return whole >= number.least && whole <= number.most
				? { value: whole }
				: { message: `enter a whole number from ${number.least} to ${number.most}` };
		case 'length': {
			const unit = sent[`${number.path}.unit`]?.[0] as LengthUnit;
			const units: readonly LengthUnit[] = number.exact ? exactUnits : calendarUnits;
			if (Number.isNaN(whole)) return { message: 'enter a whole number, such as 12' };
			if (!units.includes(unit)) return { message: `choose ${units.join(' or ')}` };
			return { value: durationOf({ count: whole, unit }) };
		}
		case 'yes-no':
			return text === 'yes' || text === 'no' ? { value: text === 'yes' } : { message: 'choose yes or no' };
		case 'asks':
			return (changeAsks as readonly string[]).includes(text) ? { value: text } : { message: 'choose one of the list' };
		case 'time':
			return /^([01]\d|2[0-3]):[0-5]\d$/.test(text) ? { value: text } : { message: 'enter a time such as 08:00' };
		case 'variants': {
			const chosen = number.all.filter((each) => sent[number.path]?.includes(each));
			return { value: chosen.length && chosen.length < number.all.length ? chosen : null };
		}
	}
}

/** A policy with edits in it. Throws a ZodError where they do not fit together. */
export function withEdits(policy: PolicyBody, edits: PolicyEdits): PolicyBody {
	return policyBody.parse(rawWith(policy, edits));
}

function rawWith(policy: PolicyBody, edits: PolicyEdits): unknown {
	const whole = structuredClone(policyBody.strip().parse(policy)) as Record<string, unknown>;
	for (const [path, value] of Object.entries(edits)) {
		const parts = path.split('.');
		const last = parts.pop() as string;
		const within = parts.reduce<Record<string, unknown>>((at, part) => {
			at[part] ??= {};
			return at[part] as Record<string, unknown>;
		}, whole);
		if (Array.isArray(within)) while (within.length < Number(last)) within.push(within.at(-1));
		if (value === null && path !== 'endOfShift') delete within[last];
		else within[last] = value;
	}
	const { quiz, privileges } = whole as Pick<PolicyBody, 'quiz' | 'privileges'>;
	while (quiz.waits.length > 1 && quiz.waits.at(-1) === quiz.waits.at(-2)) quiz.waits.pop();
	for (const [code, own] of Object.entries(privileges))
		if (!Object.keys(own).length) delete privileges[code as keyof typeof privileges];
	return whole;
}

/** What a policy says over another: only the sections, and in them only the numbers, that differ. */
export function bodyOver(beneath: PolicyBody, wanted: PolicyBody): Partial<PolicyBody> {
	const sections = (Object.keys(wanted) as (keyof PolicyBody)[]).flatMap((name) => {
		const [below, above] = [beneath[name], wanted[name]] as [unknown, unknown];
		if (same(below, above)) return [];
		if (!isSection(below) || !isSection(above)) return [[name, above] as const];
		const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])].filter(
			(key) => !same(below[key], above[key]),
		);
		// A privilege that has numbers beneath and none here says so by having none: an empty entry.
		return [[name, Object.fromEntries(keys.map((key) => [key, above[key] ?? {}]))] as const];
	});
	return Object.fromEntries(sections) as Partial<PolicyBody>;
}

function isSection(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(one: unknown, other: unknown): boolean {
	return sorted(one) === sorted(other);
}

function sorted(value: unknown): string {
	return JSON.stringify(value, (_, each) =>
		isSection(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
	) as string;
}
