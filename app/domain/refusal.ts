import { addDays, localDay, localTime, sayDay } from './period.ts';
import type { ReasonCode } from './reason.ts';

/** Why a question was refused, said of somebody else: it goes on after "refused:". Neutral, and nobody's fault. */
const refusalWords: Record<ReasonCode, string> = {
	competent: 'the answer could not be held to',
	supervised_only: 'they may do this only together with a competent colleague',
	not_assessed: 'they have not been assessed for this yet',
	module_missing: 'there is training to read first',
	quiz_not_passed: 'there is a quiz to pass first',
	observations_short: 'somebody still has to watch them do this',
	expired: 'the sign-off has run out',
	paused_review: 'this is paused while something is reviewed',
	withdrawn: 'the sign-off has been taken back',
	site_induction_missing: 'they have not been shown round this site yet',
	delegation_missing: 'no nurse has handed this task over for that person',
	delegation_expired: 'a nurse needs to review the task with them',
	agency_unverified: 'the agency papers have not been checked yet',
	left: 'they no longer work there',
	under_18_no_decision: 'a manager’s decision about their age is missing',
	override_active: 'the answer could not be held to',
	unknown_person: 'nobody is known by that name',
	stale_answer: 'it could not be checked just then',
	sign_off_missing: 'a manager still has to sign them off',
	prerequisite_missing: 'they need to be competent in something else first',
	unknown_privilege: 'there is no such task',
	unknown_site: 'there is no such place',
	declaration_missing: 'there is a document to read first',
	role_missing: 'their role there does not include it',
	award_missing: 'a qualification has not been seen, or has run out',
	witness_missing: 'it needs a competent witness',
	sign_off_unsound: 'the sign-off does not stand any more',
	second_check_by_telephone: 'the answer could not be held to',
};

/** Why a question was refused, said of somebody else. */
export function sayRefusal(code: ReasonCode): string {
	return refusalWords[code];
}

/** Once, twice, 3 times. */
export function sayTimes(count: number): string {
	return ['never', 'once', 'twice'][count] ?? `${count} times`;
}

/** The hour that begins at an instant, as somebody would say it now: `last night, between 02:00 and 03:00`. */
export function sayHour(from: Date, now: Date): string {
	const until = new Date(from.getTime() + 3_600_000);
	return `${sayPart(from, now)}, between ${localTime(from)} and ${localTime(until)}`;
}

function sayPart(at: Date, now: Date): string {
	const [day, today, time] = [localDay(at), localDay(now), localTime(at)];
	// The night belongs to the evening it began in: both sides of midnight are one round's work.
	const night = time >= '21:00' ? day : time < '07:00' ? addDays(day, -1) : null;
	if (night === addDays(today, -1)) return 'last night';
	if (day === today) return 'today';
	return day === addDays(today, -1) ? 'yesterday' : `on ${sayDay(day)}`;
}
