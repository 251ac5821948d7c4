import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Authoriser } from '#app/commands/authorising.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { endDelegation } from '#app/commands/delegating.ts';
import { startEmployment } from '#app/commands/employing.ts';
import { override } from '#app/commands/overriding.ts';
import { takeBack } from '#app/commands/recording.ts';
import { nameSupervisor } from '#app/commands/supervising.ts';
import { withdraw } from '#app/commands/withdrawing.ts';
import type { Evidence } from '#app/domain/evidence.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import type { Random } from '#app/domain/quiz.ts';
import { seededRandom } from '#db/factory.ts';
import { amounts, did } from '../support/amounts.ts';
import { type Acting, acting } from '../walks/acts.ts';
import { follow, type Helpers, supported } from '../walks/follow.ts';
import { catalogue, firstSite, home, openWorld, pin, secondSite, staff, type Who, type World } from '../walks/home.ts';
import { staysCompetent } from '../walks/staff.ts';
import { agreement, type Ruling, ruleNow } from './agreement.ts';
import { checks, standing } from './checks.ts';

/**
 * Random acts through the real commands, by whoever happens to be there: the safety of every permit is looked at after
 * each of them, from the rows alone. What is refused changes nothing; what is done must not open what it may not; and the
 * gate, the stored standings and the pages all say after it what the rule says.
 */
const codes = ['administer-oral', 'administer-prn', 'administer-controlled-drug', 'administer-insulin'] as const;
const learner = 'learner' satisfies Who;
const actors: Who[] = ['manager', 'deputy', 'lead', 'secondLead', 'nurse', 'witness', 'learner'];
const helpersOf = (code: PrivilegeCode): Helpers => ({
	watcher: code === 'administer-insulin' ? 'nurse' : 'lead',
	signer: code === 'administer-insulin' ? 'nurse' : 'manager',
	lifter: 'manager',
	nurse: 'nurse',
});

let world: World;
let acts: Acting;

const ofLead: PrivilegeCode[] = [...codes.slice(0, 3), 'witness-controlled-drug', 'assess'];
const ofNurse: PrivilegeCode[] = ['administer-oral', 'assess', 'administer-insulin'];

async function keepsAssessors(): Promise<void> {
	for (const siteId of [firstSite, secondSite]) {
		await staysCompetent(world, acts, 'lead', ofLead, siteId);
		await staysCompetent(world, acts, 'nurse', ofNurse, siteId);
	}
}

/** Whose beginning was taken back by mistake begins anew: without that nothing more would ever happen. */
async function worksAgain(): Promise<void> {
	const { personId, posts } = await world.authoriser(learner);
	for (const siteId of [firstSite, secondSite]) {
		if (posts.some((post) => post.siteId === siteId)) continue;
		const post = { personId, siteId, recordedBy: world.idOf('manager'), role: staff[learner] };
		await world.inHome((tx) => startEmployment(tx, home, catalogue, { ...post, contract: 'permanent' }));
	}
}

beforeAll(async () => {
	world = await openWorld('2024-01-02');
	acts = acting(world);
	const registration = { kind: 'award', award: 'NMC registration', awardedOn: localDay(world.now()), expiresOn: null };
	await acts.records('manager', 'nurse', registration as never);
	await keepsAssessors();
	for (const privilege of codes) await follow(world, acts, learner, { siteId: firstSite, privilege }, helpersOf);
}, 300_000);
afterAll(() => world?.close());

interface Done {
	what: string;
	/** Whether it may turn a no into a yes. */
	mayOpen: boolean;
	ok: boolean;
}

/** Makes up what somebody does next, and does it. */
function chance(random: Random) {
	const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
	const site = () => one([firstSite, firstSite, secondSite]);
	const personId = world.idOf(learner);
	const cell = () => ({ personId, siteId: site(), privilege: one(codes) });
	/** Whoever it is, with all of their posts or only those of one site. */
	const somebody = async (): Promise<Authoriser> => {
		const who = await world.authoriser(one(['manager', one(actors)]));
		return random() < 0.4 ? { ...who, posts: who.posts.filter((post) => post.siteId === firstSite) } : who;
	};
	const now = () => world.now();
	const second = () => ({ staffCode: one(actors).toLowerCase(), secret: random() < 0.9 ? pin : '000000', now: now() });
	const rows = async () => standing(await world.evidenceOf(personId));
	const attempt = async (what: string, mayOpen: boolean, work: () => Promise<unknown>): Promise<Done> => {
		try {
			const outcome = await work();
			const refused = typeof outcome === 'object' && outcome !== null && 'ok' in outcome && !outcome.ok;
			return { what, mayOpen, ok: outcome !== null && !refused };
		} catch (error) {
			// A walk's own steps say by an error that they were refused.
			if (error instanceof Error && /refused|not-|:/.test(error.message)) return { what, mayOpen, ok: false };
			throw error;
		}
	};

	const stops: (() => Promise<Done>)[] = [
		async () => {
			const [where, by] = [cell(), await somebody()];
			const given = {
				id: randomUUID(),
				scope: one(['privilege', 'everything'] as const),
				reach: one(['site', 'everywhere'] as const),
				reason: one(['incident-review', 'long-absence', 'other'] as const),
				reviewOn: addDays(localDay(now()), 5),
				parties: random() < 0.3 ? [world.idOf('secondLead')] : [],
			};
			return attempt('pause', false, () => world.inHome((tx) => pause(tx, by, catalogue, where, given)));
		},
		async () => {
			const [where, by] = [cell(), await somebody()];
			const given = { id: randomUUID(), note: 'why', reach: one(['site', 'everywhere'] as const), ...second() };
			return attempt('withdraw', false, () => world.inHome((tx) => withdraw(tx, by, catalogue, where, given)));
		},
		async () => {
			const where = cell();
			const line = one(['asks-for-consent', 'identifies-in-two-ways', 'checks-allergies']);
			const watcher = helpersOf(where.privilege).watcher;
			return attempt('fail a round', false, async () => {
				await world.later(1, '08:10');
				return acts.watches(watcher, where, { answers: { [line]: 'no' }, stopped: random() < 0.3 });
			});
		},
		async () => {
			const by = await somebody();
			const delegation = (await rows()).find((row) => row.kind === 'delegation');
			const where = { ...cell(), privilege: 'administer-insulin' as const };
			const given = { delegation: delegation?.id ?? '', now: now() };
			return attempt('end a delegation', false, () =>
				world.inHome((tx) => endDelegation(tx, by, catalogue, where, given)),
			);
		},
		async () => {
			const where = { ...cell(), siteId: firstSite };
			const { watcher } = helpersOf(where.privilege);
			return attempt('fail, and go on beside a colleague', false, async () => {
				await world.later(1, '08:10');
				await acts.watches(watcher, where, { answers: { 'asks-for-consent': 'no' } });
				const by = await world.authoriser('manager');
				const given = { id: randomUUID(), supervisor: world.idOf(watcher), now: now() };
				return world.inHome((tx) => nameSupervisor(tx, by, catalogue, where, given));
			});
		},
	];
	const openings: (() => Promise<Done>)[] = [
		async () => {
			const [where, by] = [cell(), await somebody()];
			const given = { asks: one(['nothing', 'observation', undefined] as const), note: 'why' };
			return attempt('lift', true, () => world.inHome((tx) => liftPause(tx, by, catalogue, where, given as never)));
		},
		async () => {
			const [where, by] = [cell(), await somebody()];
			const given = { id: randomUUID(), hours: 2, note: 'why', now: now(), over: 'yes' as const };
			return attempt('override', true, () => world.inHome((tx) => override(tx, by, catalogue, where, given)));
		},
		async () => {
			const where = cell();
			const by = one(actors);
			return attempt('sign off', true, () => acts.signsOff(by, where));
		},
		async () => {
			const where = cell();
			return attempt('watch a round', true, async () => {
				await world.later(1, one(['08:10', '17:05', '20:40']));
				return acts.watches(one([helpersOf(where.privilege).watcher, one(actors)]), where);
			});
		},
		async () => {
			const [where, by] = [cell(), await somebody()];
			const supervisor = world.idOf(one([helpersOf(where.privilege).watcher, one(actors)]));
			const given = { id: randomUUID(), supervisor, now: now() };
			return attempt('supervise', false, () => world.inHome((tx) => nameSupervisor(tx, by, catalogue, where, given)));
		},
		async () => {
			const where = cell();
			return attempt('follow', true, async () => {
				await keepsAssessors();
				await worksAgain();
				return follow(world, acts, learner, { siteId: firstSite, privilege: where.privilege }, helpersOf);
			});
		},
	];
	const takeSomethingBack = async (): Promise<Done> => {
		const by = await somebody();
		const theirs = await rows();
		const entry = one(theirs.filter((row) => random() < 0.5 || !goodKinds.includes(row.kind))) ?? one(theirs);
		const given = {
			id: randomUUID(),
			evidenceId: entry.id,
			note: 'wrong',
			now: now(),
			...(random() < 0.6 ? { second: second() } : {}),
		};
		const mayOpen = !isGood(entry) && mayUndo(entry, by, given.second);
		return attempt(`take back ${entry.kind}`, mayOpen, () =>
			world.inHome((tx) => takeBack(tx, by, catalogue, given as never)),
		);
	};
	return () => one([...stops, ...openings, ...openings, takeSomethingBack, takeSomethingBack, takeSomethingBack])();
}

const goodKinds: readonly string[] = ['module-completed', 'quiz-marked', 'declaration', 'site-induction', 'sign-off'];

/** Removing it only ever takes leave away. */
function isGood(row: Evidence): boolean {
	if (row.kind === 'observation') return row.payload.passed && !row.payload.missed.length;
	return goodKinds.includes(row.kind);
}

/** By whom, at least, an act was done: fewer or lesser people may not undo it. Written from the acts, not from the table. */
function mayUndo(row: Evidence, by: Authoriser, second: object | undefined): boolean {
	const has = (roles: readonly string[], siteId: string | null) =>
		siteId
			? by.posts.some((post) => roles.includes(post.role) && post.siteId === siteId)
			: [firstSite, secondSite].every((each) =>
					by.posts.some((post) => roles.includes(post.role) && post.siteId === each),
				);
	switch (row.kind) {
		case 'withdrawal':
			return has(['manager'], row.siteId) && second !== undefined;
		case 'pause':
		case 'pause-lifted':
			return has(['manager', 'medication-lead'], row.siteId);
		case 'delegation-ended':
			return has(['nurse'], row.siteId);
		case 'observation':
			return row.payload.assessor === by.personId || second !== undefined;
		default:
			return second !== undefined || has(['manager'], row.siteId ?? firstSite);
	}
}

const cells = codes.flatMap((privilege) => [firstSite, secondSite].map((siteId) => ({ privilege, siteId })));

test(`${amounts.acts} random acts leave nobody with a permit that is not safe`, { timeout: 1_800_000 }, async () => {
	const next = chance(seededRandom(20_261_129));
	const agreed = await agreement(world, seededRandom(20_261_130));
	const personId = world.idOf(learner);
	const counted = new Map<string, number>();
	let [permits, opened] = [0, 0];
	let before = await ruleNow(world);
	for (let act = 0; act < amounts.acts; act += 1) {
		const done = await next();
		const after = await ruleNow(world);
		const name = `${done.what}${done.ok ? '' : ' (refused)'}`;
		counted.set(name, (counted.get(name) ?? 0) + 1);
		await agreed.holdAll(after, `act ${act}, ${name}`);
		const rows = standing(after.evidenceOf(personId));
		for (const { privilege, siteId } of cells) {
			const asked = { privilege, siteId, ...(privilege === 'administer-insulin' ? { person: supported } : {}) };
			const [was, is] = [before.decide(personId, asked), after.decide(personId, asked)];
			if (!is.permit) continue;
			permits += 1;
			for (const [check, wrong] of Object.entries(checks))
				expect(
					wrong({ privilege, siteId, code: is.code, at: after.at, rows }),
					`act ${act}, ${name}: ${check}`,
				).toBeNull();
			if (was.permit) continue;
			opened += 1;
			expect(done.mayOpen, `act ${act}: ${name} opened ${privilege} (${was.code} to ${is.code})`).toBe(true);
		}
		vouchedBy(rows, after, act);
		before = after;
	}
	expect(permits, 'permits looked at').toBeGreaterThan(amounts.acts);
	expect(opened, 'permits that came of an act').toBeGreaterThan(amounts.acts / 40);
	const { held, forTwo } = agreed.counted;
	did(
		`${amounts.acts} random acts, ${permits} permits looked at, ${opened} opened, ${held} answers held to the rule, permits for two: ${told(forTwo)}; ${told(counted)}`,
	);
	expect(forTwo.get('competent'), 'permits that are so because of a witness').toBeGreaterThan(0);
});

const looked = new Set<string>();

/** Nobody vouches for somebody who is not competent in their own right at that moment, nor for themself. */
function vouchedBy(rows: readonly Evidence[], ruling: Ruling, act: number): void {
	for (const row of rows) {
		if (looked.has(row.id)) continue;
		looked.add(row.id);
		const by =
			row.kind === 'observation' ? row.payload.assessor : row.kind === 'supervision' ? row.payload.supervisor : null;
		if (!by) continue;
		expect(by, `act ${act}: vouched for themself`).not.toBe(row.personId);
		const holds = ruling.decide(by, { siteId: row.siteId ?? '', privilege: row.privilege as PrivilegeCode });
		expect(holds.holds, `act ${act}: ${row.kind} by somebody who is ${holds.code}`).toBe(true);
	}
}

function told(counted: ReadonlyMap<string, number>): string {
	return [...counted]
		.sort((a, b) => b[1] - a[1])
		.map(([name, count]) => `${name} ${count}`)
		.join(', ');
}
