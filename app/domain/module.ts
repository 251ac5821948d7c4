import { z } from 'zod';
import { provenance, slug } from './content.ts';

/** A check-yourself item. It is never scored: every option carries its own reason. */
export const checkYourself = z
	.strictObject({
		ask: z.string().min(10),
		options: z
			.array(z.strictObject({ text: z.string(), right: z.boolean().default(false), why: z.string().min(10) }))
			.min(2)
			.max(4),
	})
	.refine((check) => check.options.filter((option) => option.right).length === 1, 'exactly one option is right');

export const modulePage = z.strictObject({
	id: slug,
	title: z.string().max(60),
	/** Markdown: paragraphs, lists, bold. At most about 150 words, so that a page fits a short break. */
	text: z.string().max(1600),
	check: checkYourself.optional(),
});

export const learningModule = z.strictObject({
	slug,
	/** The short code people say aloud: "M5". */
	code: z.string().regex(/^M\d{1,2}$/),
	title: z.string().max(70),
	summary: z.string().max(200),
	minutes: z.int().min(5).max(20),
	provenance,
	objectives: z.array(z.string()).min(2).max(6),
	pages: z.array(modulePage).min(6).max(20),
	glossary: z.array(z.strictObject({ term: z.string(), meaning: z.string().max(200) })),
});
export type LearningModule = z.infer<typeof learningModule>;
