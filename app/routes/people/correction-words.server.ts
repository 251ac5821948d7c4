import type { Tx } from '#db/client.server.ts';
import { listPeopleByIds, listSites } from '#db/queries/people.ts';
import { titles } from '../../catalogue.server.ts';
import type { Correction } from '../../commands/correcting.ts';
import type { Effect } from '../../domain/taking-back.ts';
import type { Visitor } from '../../session.server.ts';
import { standingWords } from '../../ui/standing.tsx';

/** Who has to say so too, in a sentence; null where nobody has to. */
export async function saySecond(
	tx: Tx,
	{ providerId, personId }: Visitor,
	{ needs, entry }: Correction,
): Promise<string | null> {
	if (entry.kind === 'observation' && needs.second === 'assessor') {
		const { assessor } = entry.payload;
		if (assessor === personId) return null;
		const found = (await listPeopleByIds(tx, { providerId, personIds: [assessor] })).get(assessor);
		const who = found ? `${found.givenName} ${found.familyName}` : 'Whoever watched it';
		return `This round found something wrong. ${who}, who watched it, has to say so too.`;
	}
	if (needs.second === 'provider-wide')
		return 'Whoever watched this round cannot say so any more. Two people decide, and one of them is for the whole provider.';
	if (needs.second === 'confirms')
		return 'Two people decide: you, and a second manager or medication lead of this site.';
	return null;
}

/** Whom it stops and what it opens, one line an answer: what somebody may do alone first, and last how many stay as they are. */
export async function sayEffects(tx: Tx, visitor: Visitor, effects: readonly Effect[]): Promise<string[]> {
	const sites = await listSites(tx, visitor);
	const rank = ({ before, after }: Effect) => (after.permit === before.permit ? 2 : after.permit ? 1 : 0);
	const stays = (each: Effect) => rank(each) === 2 && each.before.standing === each.after.standing;
	const kept = effects.filter(stays).length;
	const lines = effects
		.filter((each) => !stays(each))
		.sort((a, b) => rank(a) - rank(b))
		.map((effect) => {
			const { question, before, after } = effect;
			const site = sites.find((each) => each.id === question.siteId)?.name ?? '';
			const what = [titles().privilege(question.privilege), question.person && `for ${question.person}`, `at ${site}`]
				.filter(Boolean)
				.join(' ');
			if (rank(effect) === 0) return `Stops: ${what}. They may do this now, and may not afterwards`;
			if (rank(effect) === 1) return `Lets them: ${what}. They may not do this now, and may afterwards`;
			return `${what}: from “${standingWords[before.standing]}” to “${standingWords[after.standing]}”`;
		});
	if (!kept) return lines;
	return [
		...lines,
		`${kept} ${lines.length ? 'more ' : ''}${kept === 1 ? 'stays' : 'stay'} as they are, for another reason than now`,
	];
}
