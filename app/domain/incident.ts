import { z } from 'zod';

/** What another system may report: something that went wrong, or nearly. */
export const incidentKinds = [
	'missed-dose',
	'wrong-dose',
	'count-discrepancy',
	'record-gap',
	'harm',
	'falsified-record',
	'suspected-diversion',
	'other',
] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/**
 * What policy may let stop somebody at once: harm and dishonesty. Ordinary errors are learned from, and nobody is stopped
 * by one (design.md section 6).
 */
export const severeKinds = [
	'harm',
	'falsified-record',
	'suspected-diversion',
] as const satisfies readonly IncidentKind[];

export function isSevere(kind: IncidentKind): boolean {
	return (severeKinds as readonly IncidentKind[]).includes(kind);
}

export const incidentWords: Record<IncidentKind, string> = {
	'missed-dose': 'A dose was missed',
	'wrong-dose': 'A wrong dose was given',
	'count-discrepancy': 'A count does not agree',
	'record-gap': 'A record has a gap',
	harm: 'Somebody was harmed',
	'falsified-record': 'A record seems to be false',
	'suspected-diversion': 'Medicines may have been taken away',
	other: 'Something else',
};

/** Characters. Long enough for what happened, too short for a story about somebody. */
export const longestIncidentText = 280;

/**
 * Ten digits in a row, also with spaces or hyphens as on a letter: most likely the NHS number of a person supported,
 * about whom nothing is stored (domain.md section 9).
 */
export function showsNhsNumber(text: string): boolean {
	return /(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)/.test(text);
}

/** What a manager says was done. */
export const lookedAtForm = z.object({
	done: z
		.string()
		.trim()
		.min(5, 'Say what was done, in a few words')
		.max(longestIncidentText, `Keep it to ${longestIncidentText} characters`),
});

export const lookedAtRefusalWords = {
	'not-authorised': 'Your role does not look into incidents here.',
	yourself: 'This is about you. Ask another manager to look at it.',
	party: 'You were involved in this. Ask another manager to look at it.',
	'looked-at': 'Somebody has looked at this since. Read what they did above.',
} as const;
export type LookedAtRefusal = keyof typeof lookedAtRefusalWords;
