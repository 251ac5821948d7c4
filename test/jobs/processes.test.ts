import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, catalogue, fairfield, grace, roseHouse, tomasz } from '../support/demonstration.ts';
import { accept, connect, openReceiver, sendDue } from '../support/receiver.ts';

/** Real processes, each at one of the jobs; they have looked once when this comes back. */
async function start(job: 'turns' | 'webhooks', { appUrl }: TestDatabase, count: number): Promise<ChildProcess[]> {
	const children = Array.from({ length: count }, () =>
		spawn(process.execPath, ['--import', 'tsx', 'test/jobs/looker.ts', job, appUrl], {
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		}),
	);
	onTestFinished(() => {
		for (const child of children) child.kill('SIGKILL');
	});
	await Promise.all(children.map((child) => once(child, 'message')));
	return children;
}

test('what runs out is told of once by two processes, on time', async () => {
	const db = await testDatabase();
	const children = await start('turns', db, 2);
	const end = new Date(Date.now() + 1000);
	const ours = db.owner`person_id = ${tomasz} and site_id = ${roseHouse} and privilege = 'administer-oral'`;
	await db.owner.begin(async (tx) => {
		await tx`delete from standings where ${ours} and standing not in ('competent', 'expired')`;
		await tx`update standings set starts_at = ${end} where ${ours} and standing = 'expired'`;
		await tx`update standings set ends_at = ${end}, permit_until = ${end} where ${ours} and standing = 'competent'`;
	});
	await wait(2500);
	for (const child of children) child.kill('SIGKILL');
	const events =
		await db.owner`select type, turned_at, recorded_at from events where person_id = ${tomasz} and turned_at is not null`;
	expect(events).toMatchObject([{ type: 'competency.expired', turned_at: end }]);
	expect(events[0]?.recorded_at - end.getTime()).toBeLessThan(1000);
});

test('a delivery whose process was killed while it was sending is taken up again by another', async () => {
	const db = await testDatabase();
	const receiver = await openReceiver((response, count) => count > 1 && accept(response));
	await connect(db, receiver.url, { types: ['competency.paused'] as never });
	const [child] = await start('webhooks', db, 1);
	const payload = { reason: 'other', reviewOn: '2027-01-01', owner: grace } as const;
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'pause',
				personId: tomasz,
				privilege: 'administer-oral',
				siteId: roseHouse,
				recordedBy: grace,
				payload,
			}),
		]),
	);
	await receiver.hears(1);
	const gone = once(child as ChildProcess, 'exit');
	child?.kill('SIGKILL');
	await gone;
	const lost = receiver.received[0]?.headers['webhook-id'];
	const [held] =
		await db.owner`select state, attempts, next_attempt_at > now() as held from webhook_deliveries where event_id = ${String(lost)}`;
	expect(held).toEqual({ state: 'due', attempts: 0, held: true });
	await db.owner`update webhook_deliveries set next_attempt_at = now() - interval '1 second' where state = 'due'`;
	await sendDue(db);
	expect(receiver.received.filter((each) => each.headers['webhook-id'] === lost)).toHaveLength(2);
	expect(await db.owner`select distinct state from webhook_deliveries`).toEqual([{ state: 'delivered' }]);
});
