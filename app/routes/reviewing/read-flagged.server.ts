import { catalogue } from '../../catalogue.server.ts';
import type { Authoriser } from '../../commands/authorising.ts';
import { refuseUpholding } from '../../commands/reviewing.ts';
import { rootKey, type VoidAct } from '../../domain/doubt.ts';
import { evidenceWords } from '../../domain/evidence.ts';
import { doubtWords, type FlaggedGroup, restsWords, upholdingRefusalWords } from '../../domain/flagged-sign-offs.ts';
import { localDay, sayDay, sayMoment } from '../../domain/period.ts';
import type { FlaggedGroupView } from '../../ui/flagged-group.tsx';
import type { readNames } from './names.server.ts';

type Names = Awaited<ReturnType<typeof readNames>>;

/** Everybody whom a list of what is flagged names. */
export function peopleIn(groups: readonly FlaggedGroup[]): (string | null)[] {
	return groups.flatMap(({ root, flagged }) => [
		root.assessor,
		root.act?.recordedBy ?? null,
		...flagged.flatMap(({ signOff, round }) => [signOff.personId, round.payload.assessor]),
	]);
}

/** What is flagged, group by group, as the page says it to a visitor. */
export function viewOf(groups: readonly FlaggedGroup[], visitor: Authoriser, names: Names): FlaggedGroupView[] {
	return groups.map(({ root, people, flagged }) => ({
		key: rootKey(root),
		title: names.person(root.assessor),
		happened: `${sayRoot(root, names)} ${people === 1 ? 'One person rests' : `${people} people rest`} on it.`,
		rows: flagged.map((each) => {
			const { signOff, round, by, why } = each;
			const refusal = refuseUpholding(visitor, catalogue(), each);
			return {
				pair: `${signOff.id}/${round.id}`,
				label: `${names.person(signOff.personId)}, ${names.privilege(signOff)}, ${names.site(signOff.siteId)}: ${restsWords[by]}${by === 'leaning' ? ` at ${names.site(round.siteId)}` : ''} on ${sayMoment(round.observedAt)} with ${names.person(round.payload.assessor)}`,
				why: doubtWords[why],
				refusal: refusal && upholdingRefusalWords[refusal],
			};
		}),
	}));
}

/** What happened, when, and who recorded it. */
export function sayRoot({ why, act }: VoidAct, names: Names): string {
	if (!act) return doubtWords[why];
	const what = act.privilege ? `${evidenceWords[act.kind]}: ${names.privilege(act)}` : evidenceWords[act.kind];
	return `${what}, recorded on ${sayDay(localDay(act.recordedAt))} by ${names.person(act.recordedBy)}.`;
}
