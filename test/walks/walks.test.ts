import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause } from '#app/commands/authorising.ts';
import { takeBack } from '#app/commands/recording.ts';
import { withdraw } from '#app/commands/withdrawing.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { type PrivilegeCode, requirementOf } from '#app/domain/privilege.ts';
import type { PauseReason } from '#app/domain/words.ts';
import { standing } from '../properties/checks.ts';
import { amounts, did } from '../support/amounts.ts';
import { type Acting, acting } from './acts.ts';
import { daysBefore, follow, type Helpers, inOrder, nextRound, restsOn, supported } from './follow.ts';
import { catalogue, firstSite, openWorld, pin, secondSite, type Who, type World } from './home.ts';
import { comesCompetent, staysCompetent } from './staff.ts';

/**
 * Every shipped privilege from the first day to a permit, through renewal, pause, lifting, a new site, withdrawal and
 * back: by commands alone, by the people who would do it, each taking the next step that the denial names. An ordinary run
 * walks all of them to a permit and some of them on (test/support/amounts.ts).
 */
let world: World;
let acts: Acting;

const codes = inOrder();
const isDelegated = (code: PrivilegeCode) =>
	catalogue.privileges.get(code)?.body.requirements.some((each) => each.kind === 'delegation') ?? false;
const roleOf = (code: PrivilegeCode) => requirementOf(catalogue.privileges.get(code)?.body as never, 'role')?.roles;

const ofLead = codes.filter((each) => !isDelegated(each));
const ofNurse = codes.filter((each) => isDelegated(each) || each === 'administer-oral' || each === 'assess');

/** The senior learns what a senior may; audits and reviews are a lead's. */
const learnerOf = (code: PrivilegeCode): Who =>
	roleOf(code) && !roleOf(code)?.includes('senior') ? 'secondLead' : 'learner';
const helpersOf = (code: PrivilegeCode): Helpers => ({
	watcher: isDelegated(code) ? 'nurse' : 'lead',
	signer: isDelegated(code) ? 'nurse' : 'manager',
	lifter: 'manager',
	nurse: 'nurse',
});

/** Those that are walked on after their first permit: what differs in kind is always among them. */
const further = codes.filter((code, place) => place % amounts.walkedOn === 0 || isDelegated(code) || code === 'assess');

beforeAll(async () => {
	world = await openWorld();
	acts = acting(world);
	for (const siteId of [firstSite, secondSite]) {
		for (const code of ofLead) await comesCompetent(world, acts, 'lead', code, siteId);
		const registration = {
			kind: 'award',
			award: 'NMC registration',
			awardedOn: localDay(world.now()),
			expiresOn: null,
		};
		await acts.records('manager', 'nurse', registration as never);
		for (const code of ofNurse) await comesCompetent(world, acts, 'nurse', code, siteId);
	}
}, 300_000);

afterAll(async () => {
	did(`${codes.length} privileges walked to a permit, ${further.length} of them on to renewal`);
	await world?.close();
});

const permitted = async (code: PrivilegeCode, siteId = firstSite) => {
	const cell = { personId: world.idOf(learnerOf(code)), siteId, privilege: code };
	return world.decision(cell, isDelegated(code) ? supported : undefined);
};
const goesOn = async (code: PrivilegeCode, siteId = firstSite) => {
	const asked = [...restsOn(code), ...restsOn('assess')];
	await staysCompetent(
		world,
		acts,
		'lead',
		ofLead.filter((each) => asked.includes(each)),
		siteId,
	);
	await staysCompetent(
		world,
		acts,
		'nurse',
		ofNurse.filter((each) => asked.includes(each)),
		siteId,
	);
	return follow(world, acts, learnerOf(code), { siteId, privilege: code }, helpersOf);
};

test.each(codes)('%s: from the first day to a permit', { timeout: 120_000 }, async (code) => {
	expect((await permitted(code)).permit).toBe(false);
	await goesOn(code);
	const decision = await permitted(code);
	expect(decision.permit).toBe(true);
	expect(decision.holds || decision.code === 'competent').toBe(true);
	if (isDelegated(code)) {
		const cell = { personId: world.idOf(learnerOf(code)), siteId: firstSite, privilege: code };
		expect((await world.decision(cell, 'R-18')).code, 'for nobody else').toBe('delegation_missing');
	}
});

test.each(further)('%s: paused, and lifted on a round', { timeout: 120_000 }, async (code) => {
	const personId = world.idOf(learnerOf(code));
	const cell = { personId, siteId: firstSite, privilege: code };
	const given = {
		id: randomUUID(),
		reason: 'long-absence' as PauseReason,
		reviewOn: addDays(localDay(world.now()), 7),
	};
	const manager = await world.authoriser('manager');
	await world.inHome((tx) => pause(tx, manager, catalogue, cell, given));
	expect((await permitted(code)).code).toBe('paused_review');
	const gone = await goesOn(code);
	// Some privileges are watched by nobody: they are lifted at once.
	if (requirementOf(catalogue.privileges.get(code)?.body as never, 'observation'))
		expect(gone, 'watched before it came back').toContain('observations_short');
	expect((await permitted(code)).permit).toBe(true);
});

test.each(further)('%s: at the other site', { timeout: 120_000 }, async (code) => {
	await goesOn(code, secondSite);
	expect((await permitted(code, secondSite)).permit).toBe(true);
});

test.each(further)('%s: a round that it rests on is taken back', { timeout: 120_000 }, async (code) => {
	const theirs = standing(await world.evidenceOf(world.idOf(learnerOf(code))));
	const { signOff } = await permitted(code);
	const rested = theirs.find((each) => each.kind === 'observation' && signOff?.payload.basis.includes(each.id));
	if (!rested) return;
	const manager = await world.authoriser('manager');
	const second = { staffCode: 'deputy', secret: pin, now: world.now() };
	const given = { id: randomUUID(), evidenceId: rested.id, note: 'the wrong person', now: world.now(), second };
	const outcome = await world.inHome((tx) => takeBack(tx, manager, catalogue, given as never));
	expect(outcome).toEqual({ ok: true });
	await goesOn(code);
	expect((await permitted(code)).permit).toBe(true);
});

test('reading that was taken back is done again, and signed off again', { timeout: 120_000 }, async () => {
	const cell = { personId: world.idOf('learner'), siteId: firstSite, privilege: 'administer-oral' as const };
	const theirs = standing(await world.evidenceOf(cell.personId));
	const readings = theirs.filter((each) => each.kind === 'module-completed');
	const manager = await world.authoriser('manager');
	for (const { id: evidenceId } of readings) {
		const given = { id: randomUUID(), evidenceId, note: 'somebody else’s', now: world.now() };
		expect(await world.inHome((tx) => takeBack(tx, manager, catalogue, given))).toEqual({ ok: true });
	}
	expect((await world.decision(cell)).code).toBe('sign_off_unsound');
	await goesOn(cell.privilege);
	expect((await world.decision(cell)).permit).toBe(true);
});

test.each(further)('%s: withdrawn by two, and back the whole way', { timeout: 120_000 }, async (code) => {
	const cell = { personId: world.idOf(learnerOf(code)), siteId: firstSite, privilege: code };
	const manager = await world.authoriser('manager');
	const given = { id: randomUUID(), note: 'after a review', staffCode: 'deputy', secret: pin, now: world.now() };
	const outcome = await world.inHome((tx) => withdraw(tx, manager, catalogue, cell, given as never));
	expect(outcome).toEqual({ ok: true });
	const stopped = await permitted(code);
	expect([stopped.permit, stopped.stop]).toEqual([false, 'withdrawn']);
	await goesOn(code);
	const back = await permitted(code);
	expect(back.permit).toBe(true);
});

test.each(further)('%s: renewed inside its window, the anniversary kept', { timeout: 120_000 }, async (code) => {
	const before = (await permitted(code)).lastDay ?? '';
	await daysBefore(world, before, 8);
	const due = await permitted(code);
	if (due.lastDay !== before) return;
	// What rests on others has to wait for them.
	await renew(code, before);
	const after = await permitted(code);
	expect(after.permit).toBe(true);
	expect((after.lastDay ?? '') > before).toBe(true);
	if (due.permit) expect(after.lastDay?.slice(8)).toBe(before.slice(8));
});

/** A round, the quiz and a sign-off, while it is still held where it is. */
async function renew(code: PrivilegeCode, before: string): Promise<void> {
	const who = learnerOf(code);
	const cell = { personId: world.idOf(who), siteId: firstSite, privilege: code };
	const helpers = helpersOf(code);
	await goesOn(code);
	// It had run out with what it rests on, and the way back has renewed it.
	if (((await world.decision(cell)).lastDay ?? '') > before) return;
	for (let taken = 0; taken < 20; taken += 1) {
		const { progress } = await world.decision(cell);
		const unmet = progress.find(
			({ met, requirement: { kind } }) => !met && kind !== 'sign-off' && kind !== 'delegation',
		);
		if (!unmet) break;
		if (unmet.requirement.kind === 'quiz') await acts.sitsQuiz(who, unmet.requirement.quiz, firstSite);
		else if (unmet.requirement.kind === 'observation') {
			const [variant] = unmet.short?.variants ?? [];
			await nextRound(world);
			await acts.watches(helpers.watcher, cell, variant === undefined ? {} : { variant });
		} else throw new Error(`renewing ${code}: ${unmet.requirement.kind}`);
	}
	await acts.signsOff(helpers.signer, cell);
}
