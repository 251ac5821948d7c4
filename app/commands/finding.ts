/** Something that is not as it was written. */
export interface Finding {
	what: 'chain' | 'payload' | 'reference' | 'checkpoint' | 'content' | 'event' | 'note' | 'standing' | 'post';
	/** Which row: `evidence 17`, `checkpoint 340 of log 1`, `administer-oral of <person> at <site>`. */
	where: string;
	detail: string;
}

/** What is counted while a provider is verified. */
export const verifiedParts = ['evidence', 'checkpoints', 'standings'] as const;
export type VerifiedPart = (typeof verifiedParts)[number];

/** Is told how many of a part have been checked so far. */
export type Progress = (part: VerifiedPart, checked: number) => void;
