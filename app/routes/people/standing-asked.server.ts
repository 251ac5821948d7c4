import type { Tx } from '#db/client.server.ts';
import { listPeopleByIds } from '#db/queries/people.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import type { CellFacts } from '../../commands/cell-facts.ts';
import { askedNow, sayAskedOfThem, sayAskedToThem, sayDue, settlesWords, titleOfAsked } from '../../domain/asked.ts';
import { criteriaOf } from '../../domain/checklist.ts';
import type { Decision } from '../../domain/decision.ts';
import { signOffFor, withdrawalFor } from '../../domain/facts.ts';
import { shortOfRounds } from '../../domain/induction.ts';
import { openPauses } from '../../domain/pause.ts';
import { localDay, sayDay } from '../../domain/period.ts';
import { type PrivilegeCode, requirementOf } from '../../domain/privilege.ts';
import { reasonWords } from '../../domain/reason.ts';
import { isAsked, type Recheck } from '../../domain/recheck.ts';
import { sayRequirement } from '../../domain/requirement-words.ts';
import type { CellPage } from './cell.server.ts';

interface AskedLine {
	title: string;
	hint: string;
	/** Lines of the form that somebody has to see done right. */
	lines: string[];
	status: { label: string; tone: 'done' | 'next' | 'todo' | 'waiting' };
}

/** What is asked of somebody for a privilege: first what is asked again, with its day and what settles it. */
export function sayAllThatIsAsked(
	{ person, visitor, pinned }: Pick<CellPage, 'person' | 'visitor' | 'pinned'>,
	{ present }: Pick<CellFacts, 'present'>,
	decision: Decision,
): AskedLine[] {
	const own = person.id === visitor.personId;
	const { progress } = askedNow(decision, present);
	// A spot check is always open: it is one more thing to do only for whoever is signed off.
	const again = decision.rechecks.filter((each) => decision.signOff || isAsked(each, present));
	return [
		...again.map((each) => sayAgain(each)),
		...(decision.permit ? [] : progress).map(
			(each): AskedLine => ({
				title: sayRequirement(each.requirement, titles()),
				hint: each.requirement.kind === 'observation' && !each.met ? shortOfRounds(each).join(', ') : '',
				lines: each.met ? [] : sayLines(each.outstanding),
				status: each.met
					? { label: 'Met', tone: 'done' }
					: { label: each.done ? `${each.done} of ${each.of}` : 'Not yet', tone: 'todo' },
			}),
		),
	];

	function sayAgain(recheck: Recheck): AskedLine {
		const due = recheck.dueBy <= present;
		const settles = own ? sayAskedToThem(recheck) : `${settlesWords[recheck.asks]}.`;
		return {
			title: own ? titleOfAsked(recheck, pinned.body.title) : sayAskedOfThem(recheck),
			hint: due ? settles : `${settles} ${capital(sayDue(recheck, present))}.`,
			lines: sayLines(recheck.lines),
			status: due ? { label: 'Due now', tone: 'next' } : { label: 'Asked again', tone: 'waiting' },
		};
	}

	/** Lines by their words, in the form in force or an earlier one. */
	function sayLines(ids: readonly string[] = []): string[] {
		const slug = requirementOf(pinned.body, 'observation')?.checklist ?? '';
		const form = catalogue().checklists.get(slug)?.body;
		const earlier = [...catalogue().checklistVersions.values()].filter((each) => each.slug === slug);
		const known = [...earlier, ...(form ? [form] : [])].flatMap(criteriaOf);
		return ids.map((id) => known.findLast((each) => each.id === id)?.text ?? 'A line of an earlier form');
	}
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Which stop it is that nothing goes round: of the privilege itself or of what it rests on, whose it is and until when. */
export async function sayStops(
	tx: Tx,
	{ visitor, person, cell }: CellPage,
	{ facts, rules }: Pick<CellFacts, 'facts' | 'rules'>,
	{ stop }: Pick<Decision, 'stop'>,
): Promise<{ key: string; value: string }[]> {
	if (!stop) return [];
	const own = person.id === visitor.personId;
	const found = restsOn(cell.privilege).flatMap((privilege) => {
		const question = { ...cell, privilege };
		const beneath = privilege !== cell.privilege;
		// What a manager reads of the privilege's own pauses stands there already.
		const pauses = own || beneath ? openPauses(facts, question) : [];
		const withdrawal = beneath && !signOffFor(facts, question) ? withdrawalFor(facts, question) : undefined;
		return [{ privilege, pauses, withdrawal }];
	});
	const owners = found.flatMap(({ pauses }) => pauses.flatMap((each) => each.payload.owner ?? []));
	const people = await listPeopleByIds(tx, { providerId: visitor.providerId, personIds: owners });
	const nameOf = (id: string) => {
		const owner = people.get(id);
		return owner ? `${owner.givenName} ${owner.familyName}` : '';
	};
	return found.flatMap(({ privilege, pauses, withdrawal }) => {
		const title = titles().privilege(privilege);
		return [
			...pauses.map(({ payload: { owner, reviewOn } }) => {
				const whose = owner && nameOf(owner) ? `, ${nameOf(owner)} looks into it` : '';
				return { key: 'Stopped by', value: `${title}: paused, review by ${sayDay(reviewOn)}${whose}` };
			}),
			...(withdrawal
				? [{ key: 'Stopped by', value: `${title}: taken back on ${sayDay(localDay(withdrawal.observedAt))}` }]
				: []),
		];
	});

	/** A privilege and all that it rests on, at any depth. */
	function restsOn(code: PrivilegeCode): PrivilegeCode[] {
		const all = new Set([code]);
		// A set that grows while it is gone through: whatever is added is looked at too, once.
		for (const each of all)
			for (const upon of rules.privileges.get(each)?.requirements ?? [])
				if (upon.kind === 'prerequisite') all.add(upon.privilege);
		return [...all];
	}
}

/** The answer of today in a few words, for whoever reads about somebody. */
export function sayAnswer({ permit, standing, code }: Decision, witnessed: boolean, delegated: boolean): string {
	if (code === 'second_check_by_telephone') return 'Yes, alone, with a second check by telephone';
	if (code === 'override_active') return `Yes, for this round only${witnessed ? ', with a witness' : ''}`;
	if (permit) return witnessed ? 'Yes, may do this with a witness' : 'Yes, may do this alone';
	if (standing === 'supervised') return 'Only together with a competent colleague';
	return delegated ? 'Only for whom a nurse has delegated it' : 'No, may not do this';
}

/** What puts a denial right, as far as it has not been done already. */
export function sayNextStep({ standing, code }: Decision, delegated: boolean): string {
	if (standing === 'supervised')
		return 'A competent colleague is with them each time. To do it alone again, they do what is asked below.';
	return delegated ? 'For anybody else, ask the nurse who delegates it.' : reasonWords[code].nextStep;
}
