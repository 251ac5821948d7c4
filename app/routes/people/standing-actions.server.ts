import type { Tx } from '#db/client.server.ts';
import { listPeopleByIds, type Site } from '#db/queries/people.ts';
import { liftablePauses } from '../../commands/authorising.ts';
import type { CellFacts } from '../../commands/cell-facts.ts';
import { isReady } from '../../domain/assessing.ts';
import { type Authority, may } from '../../domain/authority.ts';
import type { Decision } from '../../domain/decision.ts';
import { openLoneGivings, openOverrides, signOffFor, withdrawalFor } from '../../domain/facts.ts';
import { holdsAlone, needsWitness } from '../../domain/lone-giving.ts';
import { allowedUntil } from '../../domain/matrix.ts';
import { canOverride } from '../../domain/override.ts';
import { ageOfPause, openPauses, pauseAgeWords } from '../../domain/pause.ts';
import { sayDay, sayMoment } from '../../domain/period.ts';
import { twoPeopleAt } from '../../domain/policy-grace.ts';
import { type RequirementKind, requirementOf } from '../../domain/privilege.ts';
import { canSupervise, supervisionsOf } from '../../domain/supervision.ts';
import { canWithdraw } from '../../domain/withdrawal.ts';
import type { CellPage } from './cell.server.ts';
import { readElsewhere } from './reach.server.ts';

interface StandingAction {
	to: string;
	label: string;
	kind: 'primary' | 'secondary';
}

/** What the visitor may do about a cell and would not be refused. */
export function actionsOn(
	page: CellPage,
	known: CellFacts,
	decision: Decision,
	allSites: readonly Pick<Site, 'id'>[],
): StandingAction[] {
	const { visitor, person, site, pinned, cell, address } = page;
	if (person.id === visitor.personId) return [];
	const { facts, rules, evidence, present } = known;
	const siteIds = allSites.map((each) => each.id);
	const mayDo = (authority: Authority) => may(visitor.posts, authority, site.id);
	const open = decision.standing !== 'paused' && decision.code !== 'left';
	const supervised = supervisionsOf(facts, cell).length > 0;
	const ready = isReady(decision, present);
	const lacks = (kind: RequirementKind) =>
		decision.progress.some(({ met, requirement }) => !met && requirement.kind === kind);
	const offered: [boolean, string, string, StandingAction['kind']?][] = [
		// The one step that only a manager can take, and whose page the person's own is two pages away from.
		...records.map(([kind, authority, noun, label]): (typeof offered)[number] => [
			mayDo(authority) && !decision.permit && decision.code !== 'left' && lacks(kind),
			`/people/${person.id}/records/${noun}`,
			label,
			'primary',
		]),
		[
			mayDo('sign-off') && open,
			'sign-off',
			ready ? 'Sign off' : 'What a sign-off still needs',
			ready && !decision.permit ? 'primary' : 'secondary',
		],
		[
			mayDo('supervise') && (supervised || canSupervise(rules, evidence, cell, present)),
			'supervision',
			supervised ? 'Who is beside them' : 'May practise beside a colleague',
		],
		[
			mayDo('see-evidence') && requirementOf(pinned.body, 'delegation') !== undefined && decision.code !== 'left',
			'delegations',
			'Delegations',
		],
		[mayDo('record') && decision.standing === 'ready-for-sign-off', 'outside', 'Ask somebody outside to sign off'],
		[mayDo('pause') && decision.code !== 'paused_review' && decision.code !== 'left', 'pause', 'Pause while we review'],
		[
			mayDo('pause') && decision.code === 'paused_review' && liftablePauses(visitor, facts, cell, siteIds).length > 0,
			'pause-lifting',
			'Lift the pause',
			'primary',
		],
		[mayDo('override') && canOverride(rules, evidence, cell, present), 'override', 'Allow for one round'],
		[
			mayDo('override') && needsWitness(pinned.body, twoPeopleAt(rules, present)) && holdsAlone(decision),
			'lone-giving',
			'Allow alone, with a check by telephone',
		],
		[mayDo('withdraw') && canWithdraw(facts, cell), 'withdrawal', 'Take the sign-off back'],
	];
	return offered.flatMap(([accepted, noun, label, kind = 'secondary']) =>
		accepted ? [{ to: noun.startsWith('/') ? noun : `${address}/${noun}`, label, kind }] : [],
	);
}

/** What somebody waits for that a manager writes down on a page of its own. */
const records = [
	['age-decision', 'decide', 'age-decision', 'Decide, because they are under 18'],
	['agency-check', 'record', 'agency-record', 'Record the agency’s papers'],
	['site-induction', 'record', 'site-induction', 'Record that they were shown round'],
] as const satisfies [RequirementKind, Authority, string, string][];

/** What else a manager sees at once: who owns a pause and until when it is, and who is beside somebody who practises. */
export async function sayMore(
	tx: Tx,
	page: CellPage,
	known: CellFacts,
	decision: Decision,
): Promise<{ key: string; value: string }[]> {
	const { visitor, cell, site } = page;
	const { facts, rules, present } = known;
	const pauses = openPauses(facts, cell);
	const beside = supervisionsOf(facts, cell);
	const people = await listPeopleByIds(tx, {
		providerId: visitor.providerId,
		personIds: [
			...pauses.flatMap((each) => [
				...(each.payload.owner ? [each.payload.owner] : []),
				...(each.payload.parties ?? []),
			]),
			...beside.map((each) => each.payload.supervisor),
		],
	});
	const nameOf = (id: string) => {
		const found = people.get(id);
		return found ? `${found.givenName} ${found.familyName}` : 'somebody who is not known any more';
	};
	const only = (count: number, place: number) => (count > 1 ? ` (${place + 1} of ${count})` : '');
	const withdrawal = signOffFor(facts, cell) ? undefined : withdrawalFor(facts, cell);
	const stops = [...pauses, ...(withdrawal ? [withdrawal] : [])];
	const { held } =
		stops.length && stops.every((each) => each.siteId) ? await readElsewhere(tx, page, known) : { held: [] };
	return [
		...(held.length
			? [
					{
						key: 'Elsewhere',
						value: `This stop is for ${site.name} only. They may still do this at ${held.join(', ')}`,
					},
				]
			: []),
		...pauses.map((pause, place) => ({
			key: `Paused${only(pauses.length, place)}`,
			value: [
				pause.privilege ? 'this privilege' : 'everything',
				pause.siteId ? `at ${site.name}` : 'at every site',
				`review by ${sayDay(pause.payload.reviewOn)}`,
				pause.payload.owner ? `owner ${nameOf(pause.payload.owner)}` : 'made at once by a report, as your policy says',
				pause.payload.parties?.length ? `also involved: ${pause.payload.parties.map(nameOf).join(', ')}` : '',
				pauseAgeWords[ageOfPause(pause, rules.policy, present)].toLowerCase(),
			]
				.filter(Boolean)
				.join(', '),
		})),
		...beside.map((each, place) => ({
			key: `${decision.standing === 'supervised' ? 'May practise beside' : 'Named to be beside them'}${only(beside.length, place)}`,
			value:
				decision.standing === 'supervised' || decision.permit
					? nameOf(each.payload.supervisor)
					: `${nameOf(each.payload.supervisor)}. It counts again when the rest of what is asked is done`,
		})),
	];
}

/** Until when the manager on call has allowed it, who that was and, for somebody who gives alone, whom to ring: for the person too. */
export async function sayAllowed(
	tx: Tx,
	{ visitor, cell }: CellPage,
	{ facts, present }: CellFacts,
	decision: Decision,
): Promise<{ key: string; value: string }[]> {
	if (!allowedUntil(decision)) return [];
	const open = [...openOverrides(facts, cell, present), ...openLoneGivings(facts, cell, present)];
	const checkOf = (each: (typeof open)[number]) => (each.kind === 'lone-giving' ? each.payload.secondCheck : null);
	const personIds = open.flatMap((each) => [each.recordedBy, checkOf(each)]).filter((id) => id !== null);
	const people = await listPeopleByIds(tx, { providerId: visitor.providerId, personIds });
	const nameOf = (id: string | null) => {
		const found = people.get(id ?? '');
		return found ? `${found.givenName} ${found.familyName}` : 'somebody who is not known any more';
	};
	return open.map((each) => ({
		key: 'Allowed on call',
		value: [
			`until ${sayMoment(new Date(each.payload.until))}`,
			`by ${nameOf(each.recordedBy)}`,
			checkOf(each) && `${nameOf(checkOf(each))} checks by telephone`,
		]
			.filter(Boolean)
			.join(', '),
	}));
}
