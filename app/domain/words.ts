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

/** How far a stop reaches: the site it is made at, or the whole provider. */
export const reaches = ['site', 'everywhere'] as const;
export type Reach = (typeof reaches)[number];

/** Why a round is kept without counting. */
export const notCountedReasons = ['two-learners-at-once', 'before-learning', 'stopped', 'party'] as const;
export type NotCountedReason = (typeof notCountedReasons)[number];

/** What meets a line of a form: seen on a real round, asked aloud, or simulated. */
export const metBy = ['seen', 'asked', 'simulated'] as const;
export type MetBy = (typeof metBy)[number];
