import { catalogue, titles } from '../../catalogue.server.ts';
import type { SignOffPreview } from '../../commands/authorising.ts';
import { criteriaOf } from '../../domain/checklist.ts';
import { shortOfRounds } from '../../domain/induction.ts';
import { isSignedLate } from '../../domain/observation.ts';
import { localDay, moveDay, sayDay, sayMoment } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { missingBeforeSignOff } from '../../domain/progress.ts';
import type { Recheck } from '../../domain/recheck.ts';
import { readable, sayRequirement } from '../../domain/requirement-words.ts';
import { uncountedWords, whyUncounted } from '../../domain/round-worth.ts';
import type { Question } from '../../domain/rules.ts';

const askWords: Record<Recheck['asks'], string> = {
	acknowledge: 'they read what is new',
	declare: 'they read the document',
	quiz: 'they pass the quiz',
	observation: 'they are watched on a round',
};

/** What is asked since something happened, as whoever signs off reads it. */
function sayAsked({ cause, asks, since, change, document, lines }: Recheck, textOf: (id: string) => string): string {
	const why: Record<Recheck['cause'], string> = {
		content: `Since a new version${change ? ` of ${sayDay(localDay(since))}` : ''}`,
		document: `Since a new version of the ${readable(document?.slug ?? 'document')}`,
		absence: 'Since they were away for long',
		pause: 'Since a pause was lifted',
		'failed-round': 'Since a round that was not passed',
		'spot-check': 'Now and then',
	};
	const seen = lines?.length ? `, and these lines are seen done right: ${lines.map(textOf).join('; ')}` : '';
	return `${why[cause]}: ${askWords[asks]}${seen}. Only what is begun after ${sayMoment(since)} counts.`;
}

/** What whoever signs off looks at: what is missing, what is asked since, how the rounds went, and the arithmetic. */
export function saySignOff(preview: SignOffPreview, { privilege, siteId }: Question) {
	const { decision, term, rules, facts, asked, flaws, basis } = preview;
	const body = catalogue().privileges.get(privilege)?.body;
	const requirement = body && requirementOf(body, 'observation');
	const form = requirement && rules.checklists.get(requirement.checklist);
	const texts = new Map((form ? criteriaOf(form) : []).map((each) => [each.id, each.text]));
	const textOf = (id: string) => texts.get(id) ?? readable(id);
	const lines = decision.progress.find((each) => each.lines)?.lines;
	const rounds = facts.roundsOf({ privilege, siteId });
	const here = rounds.filter((each) => basis.includes(each.id) || each.payload.notCounted !== undefined || late(each));
	return {
		missing: missingBeforeSignOff(decision.progress).map((each) => {
			const short = each.requirement.kind === 'observation' ? shortOfRounds(each) : [];
			return [sayRequirement(each.requirement, titles()), ...short].join(', ');
		}),
		asked: asked.map((each) => sayAsked(each, textOf)),
		flaws: flaws.map((each) => sayRequirement(each.requirement, titles())),
		missed: lines?.missed.map(textOf) ?? [],
		neverMet: lines?.neverMet.map(textOf) ?? [],
		covers: lines?.covers.map(readable) ?? [],
		uncovered: lines?.uncovered.map(readable) ?? [],
		remarks: here.flatMap((round) => {
			const { simulation = false } = requirement ?? {};
			const uncounted = round.payload.passed ? whyUncounted(round, rules, rules.policy, { simulation }) : null;
			const said = [
				late(round) && uncounted !== 'late' ? 'Signed late.' : '',
				uncounted ? uncountedWords[uncounted] : '',
				round.payload.assessorLapsed ? 'Its assessor could not assess any more when both signed.' : '',
			].filter(Boolean);
			return said.length ? [{ id: round.id, when: sayMoment(round.observedAt), says: said.join(' ') }] : [];
		}),
		arithmetic: sayArithmetic(preview),
		lastDayWords: sayDay(term.lastDay),
	};

	function late({ payload }: (typeof rounds)[number]): boolean {
		return isSignedLate(payload, rules.policy);
	}
}

/** How the last day is worked out, with what moves it from the plain sum. */
function sayArithmetic({ term, decision, rules }: SignOffPreview): string {
	const { leansOn, progress } = decision;
	const agency = progress.some((each) => each.requirement.kind === 'agency-check');
	const plain = `${months(term.validity)} from ${sayDay(term.startsFrom)}${
		term.keepsAnniversary ? ', the last day of the sign-off it renews, so nothing is lost by renewing early' : ', today'
	}`;
	if (term.anniversary) return `${plain}. It began on day ${term.anniversary} of a month: this month is shorter`;
	if (term.lastDay >= moveDay(term.startsFrom, term.validity)) return plain;
	if (leansOn && !leansOn.quizSince && leansOn.lastDay === term.lastDay)
		return `${plain}, but not past the last day of the sign-off at the other site: the quiz has not been passed since`;
	if (agency)
		return `${plain}, but for agency staff not longer than ${months(rules.policy.agency.validity)} from today`;
	return plain;
}

/** Durations in privilege files are whole months or years; anything else is shown as it is written. */
function months(duration: string): string {
	const [, count, unit] = /^P(\d+)([MD])$/.exec(duration) ?? [];
	return count ? `${count} ${unit === 'D' ? 'days' : 'months'}` : duration;
}
