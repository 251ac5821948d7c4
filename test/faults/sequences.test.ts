import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CheckpointRefused, checkpointProvider } from '#app/commands/checkpointing.ts';
import { headOf, type NoteKeeping, noteFile, readKeptNote } from '#app/commands/outside-note.ts';
import { rulesBySite } from '#app/commands/projecting.ts';
import { ensureLedgerKey } from '#app/commands/signing.ts';
import { verifyProvider } from '#app/commands/verifying.ts';
import { decide } from '#app/domain/decide.ts';
import type { Random } from '#app/domain/quiz.ts';
import { asProvider, type Database, type Db, openDatabase } from '#db/client.server.ts';
import { seededRandom } from '#db/factory.ts';
import { countEvidence } from '#db/queries/checkpoints.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { listSegments } from '#db/queries/standings.ts';
import { amounts, did } from '../support/amounts.ts';
import { openClone, type TestDatabase } from '../support/database.ts';
import { type Act, actor } from './acts.ts';
import { type Copies, copiesOf } from './copies.ts';
import { buildHome, catalogue, home } from './home.ts';
import { moments, openWire, type Wire } from './wire.ts';

/** How many sequences, and the seed of the first: one that fails says its own, to be run alone. */
const sequences = Number(process.env.FAULT_SEQUENCES ?? amounts.sequences);
const firstSeed = Number(process.env.FAULT_SEED ?? 1);

let db: TestDatabase;
let wire: Wire;
let wired: Database;
let copies: Copies;
const keeping: NoteKeeping = {
	host: 'countersign',
	folder: mkdtempSync(path.join(os.tmpdir(), 'countersign-faults-')),
};

beforeAll(async () => {
	db = await openClone('empty');
	await ensureLedgerKey(db.ownerDb);
	await buildHome(db);
	copies = await copiesOf(db.owner, home);
	await copies.keep('start');
	wire = await openWire(db.ownerUrl);
	wired = openDatabase(wire.through(db.appUrl), { connections: 3 });
}, 60_000);

afterAll(async () => {
	await wired.close();
	await wire.close();
	await db.close();
	rmSync(keeping.folder, { recursive: true, force: true });
});

/** What befell all sequences together: a test in which nothing happens proves nothing. */
const tally = { acts: 0, struck: 0, undone: 0, repeated: 0, together: 0, restored: 0, ahead: 0, permits: 0 };

/** The same database, whose every transaction comes to nothing at its end. */
function forgetful({ database }: TestDatabase): Db {
	const transaction = (work: (tx: never) => Promise<unknown>) =>
		database.db.transaction(async (tx) => {
			await work(tx as never);
			throw new Error('changed my mind');
		});
	return Object.assign(Object.create(database.db) as Db, { transaction });
}

async function isGone(backend: number): Promise<void> {
	for (let turn = 0; turn < 1000; turn += 1) {
		if (!(await db.owner`select 1 from pg_stat_activity where pid = ${backend}`).length) return;
		await sleep(1);
	}
	throw new Error(`the server still works for somebody who is gone: ${backend}`);
}

/** Does several things at once, to their ends. A checkpoint that is refused is no failure: whether it had to be is asked at the end. */
async function failuresOf(acts: readonly Act[], on: Db, log: string[]): Promise<unknown[]> {
	const done = await Promise.allSettled(acts.map((act) => act.perform(on)));
	return done.flatMap((each) => {
		if (each.status === 'fulfilled') return [];
		if (!(each.reason instanceof CheckpointRefused)) return [each.reason as unknown];
		log.push('refused');
		return [];
	});
}

/** Does something, or several things at once, while the connection of one is cut or ended at some wait. */
async function struckDown(acts: readonly Act[], random: Random, log: string[]): Promise<void> {
	let backend = 0;
	const ended = random() < 0.3;
	const moment = moments[Math.floor(random() * moments.length)] ?? 'asked';
	const wait = 1 + Math.floor(random() * random() * 60);
	wire.arm({
		wait,
		moment,
		blow: async (pid) => {
			backend = pid;
			if (ended) await db.owner`select pg_terminate_backend(${pid})`;
		},
	});
	const failed = await failuresOf(acts, wired.db, log);
	const { struck } = wire.seen();
	wire.arm(null);
	if (backend) await isGone(backend);
	log.push(
		`${struck ? `${ended ? 'ended' : 'cut'} at wait ${wait}, ${moment}` : 'not reached'}; ${failed.length} failed`,
	);
	if (failed.length > (struck ? 1 : 0)) throw failed.at(-1);
	tally.struck += struck ? 1 : 0;
}

/** How many rows the note kept outside the database has signed. */
function rowsSigned(): number {
	return headOf(readKeptNote(keeping, 'faults') ?? '')?.size ?? 0;
}

/** One sequence. Gives what was done, and whether the note kept outside is now of a history that is gone. */
async function play(seed: number, log: string[]): Promise<boolean> {
	const random = seededRandom(seed);
	const draw = actor(random, keeping);
	const done: Act[] = [];
	let [copy, signedThen] = ['start', 0];
	let ahead = false;
	for (let left = 3 + Math.floor(random() * 6); left > 0; left -= 1) {
		if (random() < (rowsSigned() > signedThen ? 0.3 : 0.06)) {
			await copies.restore(copy);
			ahead ||=
				rowsSigned() > (await asProvider(db.database.db, home, (tx) => countEvidence(tx, { providerId: home })));
			log.push('restored');
			tally.restored += 1;
		} else if (random() < 0.15) {
			await copies.keep('earlier');
			[copy, signedThen] = ['earlier', rowsSigned()];
			log.push('copied');
		}
		const repeated = done.length > 0 && random() < 0.15;
		const act = repeated ? (done[Math.floor(random() * done.length)] as Act) : draw();
		log.push(`${repeated ? 'again: ' : ''}${act.name} of ${act.personId.slice(0, 4)}`);
		tally.acts += 1;
		tally.repeated += repeated ? 1 : 0;
		if (!repeated && act.prepare) await asProvider(db.database.db, home, act.prepare);
		done.push(act);
		const chance = random();
		if (chance < 0.3) await struckDown([act], random, log);
		else if (chance < 0.4) {
			const [failure] = await failuresOf([act], forgetful(db), log);
			if (failure && (failure as Error).message !== 'changed my mind') throw failure;
			log.push('undone');
			tally.undone += 1;
		} else {
			const other = chance > 0.55 ? undefined : random() < 0.4 ? act : draw(act.personId);
			if (other && other !== act && other.prepare) await asProvider(db.database.db, home, other.prepare);
			if (other) log.push(`together with ${other.name}`);
			if (other) tally.together += 1;
			const acts = other ? [act, other] : [act];
			if (other && random() < 0.3) await struckDown(acts, random, log);
			else for (const failure of await failuresOf(acts, wired.db, log)) throw failure;
		}
	}
	return ahead;
}

/** What is half done: a round that is both open and evidence, an attempt marked without its mark, work without its start. */
async function halves(): Promise<number> {
	const [row] = await db.owner`
		select (select count(*) from rounds r join evidence e on e.id = r.id and e.provider_id = r.provider_id)
			+ (select count(*) from (select id::text from attempts where marked_at is not null) a
				full join (select payload ->> 'attempt' as id from evidence where kind = 'quiz-marked' and payload ->> 'attempt' not in (select payload ->> 'attempt' from copies.evidence where copy = 'start' and kind = 'quiz-marked')) e on e.id = a.id
				where a.id is null or e.id is null)
			+ (select count(*) from employments p full join (select id from evidence started where kind = 'employment-started'
					and not exists (select 1 from evidence where supersedes = started.id and provider_id = started.provider_id)) e on e.id = p.evidence_id
				where p.evidence_id is null or e.id is null) as halves`;
	return Number(row?.halves);
}

/** Instants that a stored stretch permits and the rules, asked anew from the evidence, do not. */
async function wrongPermits(): Promise<string[]> {
	return asProvider(db.database.db, home, async (tx) => {
		const personIds = await listPersonIds(tx, { providerId: home });
		const rules = await rulesBySite(tx, home, catalogue);
		const evidence = await listEvidenceOf(tx, { providerId: home, personIds });
		const segments = (await listSegments(tx, { providerId: home, personIds })).filter((each) => each.permit);
		return segments.flatMap(({ personId, privilege, siteId, startsAt, endsAt, permitUntil }) => {
			tally.permits += 1;
			const theirs = evidence.filter((each) => each.personId === personId);
			const end = Math.min(
				endsAt?.getTime() ?? Number.POSITIVE_INFINITY,
				permitUntil?.getTime() ?? startsAt.getTime() + 1e12,
			);
			const instants = [startsAt.getTime(), (startsAt.getTime() + end) / 2, end - 1];
			return instants.flatMap((instant) => {
				const at = new Date(Math.floor(instant));
				const { permit } = decide(rules(siteId), theirs, { privilege, siteId }, at, new Date(8.64e15));
				return permit ? [] : [`${privilege} of ${personId} at ${siteId}, ${at.toISOString()}`];
			});
		});
	});
}

async function settle(ahead: boolean): Promise<void> {
	expect(await halves()).toBe(0);
	const findings = await db.ownerDb.transaction((tx) => verifyProvider(tx, home, catalogue, { keeping }), {
		isolationLevel: 'repeatable read',
	});
	const outside = noteFile(keeping, 'faults');
	if (ahead) {
		tally.ahead += 1;
		expect(findings.map(({ what, where }) => ({ what, where }))).toEqual([
			{ what: 'checkpoint', where: `the note in ${outside}` },
		]);
		await expect(checkpointProvider(db.database.db, home, keeping)).rejects.toBeInstanceOf(CheckpointRefused);
	} else {
		expect(findings).toEqual([]);
		await checkpointProvider(db.database.db, home, keeping);
	}
	expect(await wrongPermits()).toEqual([]);
}

test(`after each of ${sequences} random sequences with faults, everything is whole and nothing permits that should not`, async () => {
	for (let seed = firstSeed; seed < firstSeed + sequences; seed += 1) {
		await copies.restore('start');
		rmSync(noteFile(keeping, 'faults'), { force: true });
		const log: string[] = [];
		try {
			await settle(await play(seed, log));
		} catch (error) {
			throw new Error(`FAULT_SEED=${seed} FAULT_SEQUENCES=1: ${log.join('; ')}`, { cause: error });
		}
	}
	did(`${sequences} sequences with faults: ${JSON.stringify(tally)}`);
	const expected = sequences >= 200 ? Object.values(tally) : [];
	expect(expected.every((count) => count > sequences / 100)).toBe(true);
}, 900_000);
