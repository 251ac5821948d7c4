/** The small vocabularies of the field that forms in the browser need too. Plain tuples: this file pulls in nothing. */

export const answers = ['yes', 'no', 'not-seen', 'not-applicable'] as const;
export type Answer = (typeof answers)[number];

export const pauseReasons = [
	'incident-review',
	'concern-raised',
	'health',
	'long-absence',
	'investigation',
	'other',
] as const;
export type PauseReason = (typeof pauseReasons)[number];
