import * as z from 'zod/mini';
import { type Answer, answers } from './words.ts';

/** A round as the assessor fills it in. In zod's small edition, because the same schema runs in the browser. */
const count = (what: string) =>
	z.pipe(
		z.transform((value) => (String(value ?? '').trim() === '' ? undefined : Number(value))),
		z
			.number(`Enter how many ${what}, as a number`)
			.check(
				z.int(`Enter how many ${what}, as a whole number`),
				z.minimum(0, `Enter how many ${what}, as a number`),
				z.maximum(200, `That is too many ${what} for one round`),
			),
	);

export const roundForm = z.object({
	results: z.record(z.string(), z.enum(answers)),
	people: count('people'),
	doses: count('doses'),
	refusals: count('refusals'),
	stoppedForSafety: z.pipe(
		z.transform((value) => value === 'yes' || value === true),
		z.boolean(),
	),
	/** The route or device that was seen, where the privilege tells them apart. */
	variant: z.pipe(
		z.transform((value) => (typeof value === 'string' && value ? value : undefined)),
		z.optional(z.string().check(z.regex(/^[a-z0-9-]{1,60}$/))),
	),
	simulated: z.pipe(
		z.transform((value) => value === 'yes' || value === true),
		z.boolean(),
	),
	note: z.pipe(
		z.transform((value) => (typeof value === 'string' ? value.trim() : '')),
		z.string().check(z.maxLength(280, 'Keep the note to 280 characters')),
	),
});
export type RoundForm = z.output<typeof roundForm>;

/**
 * Whether free text looks as if it names or identifies a person who is supported: a date of birth, a long number, a
 * room, a title with a name. Only a warning: it is the writer who knows.
 */
export function looksIdentifying(text: string): boolean {
	return /\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{3}\s?\d{3}\s?\d{4}\b|\b[Rr]oom\s+\d+|\b(?:Mr|Mrs|Miss|Ms|Dr)\.?\s+[A-Z]/.test(
		text,
	);
}

/** What a form holds, as text for its fields, whether it comes from the database or from a refused submission. */
export function roundFields(form: Record<string, unknown>) {
	const text = (name: string) => (form[name] === undefined ? '' : String(form[name]));
	return {
		results: (form.results ?? {}) as Record<string, Answer>,
		people: text('people'),
		doses: text('doses'),
		refusals: text('refusals'),
		stoppedForSafety: form.stoppedForSafety === 'yes' ? ['yes'] : [],
		variant: text('variant'),
		simulated: form.simulated === 'yes' ? ['yes'] : [],
		note: text('note'),
	};
}

/** A submitted form: its fields by name, with the lines of the checklist gathered under `results`. */
export function readRound(formData: FormData): Record<string, unknown> {
	const fields = [...formData].map(([name, value]) => [name, String(value)] as const);
	const results = fields.flatMap(([name, value]) =>
		name.startsWith('results.') ? [[name.slice('results.'.length), value] as const] : [],
	);
	return {
		...Object.fromEntries(fields.filter(([name]) => !name.startsWith('results.'))),
		results: Object.fromEntries(results),
	};
}
