import { expect, test } from 'vitest';
import { startRound } from '#app/commands/assessing.ts';
import { previewSignOff, signOff } from '#app/commands/authorising.ts';
import { delegate } from '#app/commands/delegating.ts';
import { startEmployment } from '#app/commands/employing.ts';
import { record } from '#app/commands/recording.ts';
import { reviewDays } from '#app/domain/delegation.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { gateWith, insulin } from '../support/authzen.ts';
import {
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	fairfield,
	findingsOf,
	grace,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

const cell = cellOf(tomasz, insulin);
const danny = personOf('danny.hughes');
const nurse = (personId: string) => authoriser(personId, [{ role: 'nurse', siteId: roseHouse }]);

test('a nurse delegates, the carer learns, the nurse watches, another signs off, and the gate permits for that person alone', async () => {
	const { db, ask } = await gateWith();
	const answer = async (who: string, person?: string) => {
		const { body } = await ask({ ...question(who, insulin), context: person ? { person } : {} });
		return [body.decision, body.context.code];
	};
	for (const personId of [margaret, danny])
		await asFairfield(db, (tx) =>
			startEmployment(tx, fairfield, catalogue, {
				personId,
				siteId: roseHouse,
				recordedBy: grace,
				role: 'nurse',
				contract: 'permanent',
			}),
		);
	// The nurse herself: her registration has been looked up, and the employer has seen to her competence.
	const story = storyteller();
	for (const code of [insulin, 'assess'] as const)
		await tell(db, story.comesCompetent(memberOf(margaret), grace, 20, code));
	expect(await answer('margaret.doyle', 'RH-0142')).toEqual([false, 'delegation_missing']);
	const today = localDay(new Date());
	const registration = { awardedOn: addDays(today, -5), expiresOn: addDays(today, 300) };
	const seen = { kind: 'nurse-registration', id: crypto.randomUUID(), note: '', ...registration } as const;
	expect(await asFairfield(db, (tx) => record(tx, authoriser(grace), catalogue, margaret, seen, new Date()))).toEqual({
		ok: true,
	});
	expect(await answer('margaret.doyle', 'RH-0142')).toEqual([true, 'competent']);
	expect(await answer('margaret.doyle')).toEqual([true, 'competent']);

	const delegation = {
		id: crypto.randomUUID(),
		person: 'RH-0142',
		registration: '12A3456E',
		reviewOn: reviewDays(new Date()).usual,
		now: new Date(),
	};
	expect(await asFairfield(db, (tx) => delegate(tx, nurse(margaret), catalogue, cell, delegation))).toEqual({
		ok: true,
	});
	// It is offered to the carer, and is no leave yet.
	expect(await asFairfield(db, (tx) => decisionOn(tx, cell))).toMatchObject({
		standing: 'not-started',
		code: 'module_missing',
	});
	expect((await answer('tomasz.nowak', 'RH-0142'))[0]).toBe(false);
	await tell(db, story.learns(memberOf(tomasz), 14, insulin));

	const pair = { learnerId: tomasz, siteId: roseHouse, privilege: insulin };
	const starts = (assessor: string) =>
		asFairfield(db, (tx) =>
			startRound(tx, { providerId: fairfield, personId: assessor }, catalogue, pair as never, new Date()),
		);
	expect(await starts(ben)).toMatchObject({ ok: false });
	expect(await starts(margaret)).toMatchObject({ ok: true });
	const bands = ['morning', 'teatime', 'morning'] as const;
	await tell(
		db,
		bands.map((band, place) => story.isWatched(memberOf(tomasz), margaret, 8 - 2 * place, band, { code: insulin })),
	);
	expect(await answer('tomasz.nowak', 'RH-0142')).toEqual([false, 'sign_off_missing']);

	const preview = (who: ReturnType<typeof nurse>) =>
		asFairfield(db, (tx) => previewSignOff(tx, who, catalogue, cell, new Date()));
	expect((await preview(authoriser(grace)))?.refusal).toBe('not-authorised');
	// She watched every round, and answers for what she delegates.
	expect((await preview(nurse(margaret)))?.refusal).toBeNull();
	const shownLastDay = (await preview(nurse(danny)))?.term.lastDay ?? '';
	const given = { id: crypto.randomUUID(), shownLastDay, now: new Date() };
	expect(await asFairfield(db, (tx) => signOff(tx, nurse(danny), catalogue, cell, given))).toEqual({ ok: true });
	expect(await answer('tomasz.nowak', 'RH-0142')).toEqual([true, 'competent']);
	expect(await answer('tomasz.nowak', 'RH-0143')).toEqual([false, 'delegation_missing']);
	expect(await answer('tomasz.nowak')).toEqual([false, 'delegation_missing']);
	expect(await findingsOf(db)).toEqual([]);
});
