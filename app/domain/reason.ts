/**
 * Why the gate answers as it does: a closed list. Each code has one plain sentence for the person asked about and one
 * next step for a senior. Source: domain.md section 6; those from `sign_off_missing` on are ours, for questions its list leaves unnamed.
 */
export const reasonCodes = [
	'competent',
	'supervised_only',
	'not_assessed',
	'module_missing',
	'quiz_not_passed',
	'observations_short',
	'expired',
	'paused_review',
	'withdrawn',
	'site_induction_missing',
	'delegation_missing',
	'delegation_expired',
	'agency_unverified',
	'left',
	'under_18_no_decision',
	'override_active',
	'unknown_person',
	'stale_answer',
	'sign_off_missing',
	'prerequisite_missing',
	'unknown_privilege',
	'unknown_site',
	'declaration_missing',
	'role_missing',
	'award_missing',
	'witness_missing',
	'sign_off_unsound',
	'second_check_by_telephone',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

interface ReasonWords {
	/** For the person, in plain words. */
	user: string;
	/** For whoever can put it right. */
	nextStep: string;
}

/** What a permit tells the person where a second one has to be there: it names them. */
const withWitness: Partial<Record<ReasonCode, string>> = {
	competent: 'You may do this here, with a witness.',
	supervised_only: 'You may do this together with the competent colleague beside you, and with a witness.',
	override_active: 'The manager on call has allowed this for this round only, with a witness.',
};

/** What an answer tells the person asked about. */
export function sayToPerson(permit: boolean, code: ReasonCode, witnessed: boolean): string {
	return (permit && witnessed && withWitness[code]) || reasonWords[code].user;
}

export const reasonWords: Record<ReasonCode, ReasonWords> = {
	competent: { user: 'You may do this here.', nextStep: 'Nothing to do.' },
	supervised_only: {
		user: 'You may do this only together with a competent colleague.',
		nextStep: 'Name a competent colleague who is with them.',
	},
	not_assessed: {
		user: 'You have not been assessed for this yet.',
		nextStep: 'Start their induction for this, or ask a competent colleague to do it.',
	},
	module_missing: {
		user: 'You still have training to read before you can do this.',
		nextStep: 'Ask them to finish the modules in My induction.',
	},
	quiz_not_passed: {
		user: 'You still have a quiz to pass before you can do this.',
		nextStep: 'Ask them to take the quiz in My induction.',
	},
	observations_short: {
		user: 'Somebody still has to watch you do this.',
		nextStep: 'Plan an observed round with an assessor.',
	},
	expired: {
		user: 'Your sign-off for this has run out. You need to be watched again.',
		nextStep: 'Renew it: an observed round and a new sign-off.',
	},
	paused_review: {
		user: 'This is paused while we review something. It is not a judgement about you.',
		nextStep: 'A manager looks into it and decides when it is lifted.',
	},
	withdrawn: {
		user: 'Your sign-off for this has been taken back. Your manager will tell you the next step.',
		nextStep: 'They start again with observed rounds and a new sign-off.',
	},
	site_induction_missing: {
		user: 'You have not been shown round this site yet.',
		nextStep: 'Give them the site induction, or ask somebody who works here.',
	},
	delegation_missing: {
		user: 'A nurse has not handed this task to you for this person.',
		nextStep: 'Ask the nurse who delegates it.',
	},
	delegation_expired: {
		user: 'The nurse needs to review this task with you again.',
		nextStep: 'Ask the nurse to review the delegation.',
	},
	agency_unverified: {
		user: 'We have not checked your agency papers yet.',
		nextStep: 'Check their evidence and watch one round here.',
	},
	left: { user: 'You no longer work here.', nextStep: 'Ask a competent colleague who works here.' },
	under_18_no_decision: {
		user: 'Your manager needs to record a decision because you are under 18.',
		nextStep: 'Record the manager’s decision about this person’s age.',
	},
	override_active: {
		user: 'The manager on call has allowed this for this round only.',
		nextStep: 'It is reported by itself. Review it on the next working day.',
	},
	unknown_person: {
		user: 'We do not know this person.',
		nextStep: 'Check the staff code, or add the person in Countersign.',
	},
	stale_answer: {
		user: 'We could not check just now.',
		nextStep: 'Ask again. If it goes on, use your paper procedure.',
	},
	sign_off_missing: {
		user: 'You have done your part. Your manager still has to sign you off.',
		nextStep: 'Look at the evidence and sign it off.',
	},
	prerequisite_missing: {
		user: 'You need to be competent in something else first.',
		nextStep: 'Look at what this rests on and complete that first.',
	},
	unknown_privilege: {
		user: 'We do not know this task.',
		nextStep: 'Check the name of the privilege the other system sends.',
	},
	unknown_site: {
		user: 'We do not know this place.',
		nextStep: 'Check the name of the site the other system sends.',
	},
	declaration_missing: {
		user: 'There is a document you have to read first, in the version we use now.',
		nextStep: 'Ask them to read it in My induction and say that they have.',
	},
	role_missing: {
		user: 'Your role here does not include this.',
		nextStep: 'Ask somebody whose role includes it.',
	},
	award_missing: {
		user: 'We have not seen a qualification that this needs, or it has run out.',
		nextStep: 'See the qualification and record it on their page.',
	},
	witness_missing: {
		user: 'This needs a competent witness beside you.',
		nextStep: 'Name a different, competent witness who is there.',
	},
	sign_off_unsound: {
		user: 'A record was corrected, so your sign-off does not stand now. Your manager looks at it.',
		nextStep: 'Look at what is missing on their page. Enter it right, or sign it off again.',
	},
	second_check_by_telephone: {
		user: 'The manager on call has allowed this alone, with a second check by telephone.',
		nextStep: 'Count again together at handover. It is reported by itself.',
	},
};
