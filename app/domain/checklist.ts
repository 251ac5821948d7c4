import { z } from 'zod';
import { provenance, slug } from './content.ts';
import type { Policy } from './policy.ts';
import { type Answer, type MetBy, metBy } from './words.ts';

export const criterion = z.strictObject({
	/** Never reused and never renamed: old observations point at it. */
	id: slug,
	text: z.string().min(10).max(140),
	/** What the assessor looks for, in one sentence. */
	look: z.string().max(200).optional(),
	critical: z.boolean().default(false),
	/** True where the thing may simply not arise on a round, such as a refusal. */
	mayNotApply: z.boolean().default(false),
	/** What meets it, where that is not the usual: a critical line is seen, any other may be simulated too. */
	metBy: z.enum(metBy).optional(),
	/** The medicine or device it is about, where a sign-off covers only those that were seen. */
	covers: slug.optional(),
});
export type Criterion = z.infer<typeof criterion>;

export const checklist = z
	.strictObject({
		slug,
		title: z.string(),
		/** False where there are no people, doses and refusals to count, as when an audit is watched. */
		counts: z.boolean().optional(),
		provenance,
		sections: z.array(z.strictObject({ title: z.string(), criteria: z.array(criterion).min(1) })).min(1),
	})
	.refine(
		(form) => new Set(form.sections.flatMap((s) => s.criteria.map((c) => c.id))).size === criteriaOf(form).length,
		'each criterion has its own id',
	);
export type Checklist = z.infer<typeof checklist>;

/** What meets a line. */
export function meets({ metBy, critical }: Pick<Criterion, 'metBy' | 'critical'>): MetBy {
	return metBy ?? (critical ? 'seen' : 'simulated');
}

export function criteriaOf({ sections }: { sections: readonly { criteria: Criterion[] }[] }): Criterion[] {
	const known = knownCriteria.get(sections) ?? sections.flatMap((section) => section.criteria);
	knownCriteria.set(sections, known);
	return known;
}

/** Asked of the same few forms for every round. */
const knownCriteria = new WeakMap<readonly object[], Criterion[]>();

/** How one filled-in checklist comes out. */
export interface RoundMark {
	passed: boolean;
	criticalMissed: string[];
	missed: string[];
	notSeen: string[];
}

/**
 * Marks one observed round: one missed critical criterion fails it, so does stopping for safety, and so do more other
 * misses than policy allows. "Not seen" neither passes nor fails a line (domain.md section 2.2; design.md section 6).
 */
export function markRound(
	form: Pick<Checklist, 'sections'>,
	results: Readonly<Record<string, Answer>>,
	stoppedForSafety: boolean,
	policy: Policy,
): RoundMark {
	const answered = (answer: Answer) => criteriaOf(form).filter((each) => results[each.id] === answer);
	const missed = answered('no');
	const criticalMissed = missed.filter((each) => each.critical).map((each) => each.id);
	return {
		passed: !stoppedForSafety && criticalMissed.length === 0 && missed.length <= policy.observation.missesAllowed,
		criticalMissed,
		missed: missed.map((each) => each.id),
		notSeen: answered('not-seen').map((each) => each.id),
	};
}

/** The criteria that a form still leaves open, or answers in a way it may not. */
export function unanswered(form: Pick<Checklist, 'sections'>, results: Readonly<Record<string, string>>): Criterion[] {
	return criteriaOf(form).filter((each) => {
		const answer = results[each.id];
		return !answer || (answer === 'not-applicable' && !each.mayNotApply);
	});
}
