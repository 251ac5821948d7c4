import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { readSecret, replay, rotateSecret, sendTest, switchEndpoint } from '#app/commands/connecting.ts';
import { signatureHeaders, takeParcels } from '#app/commands/delivering.ts';
import { setOwnIds, setSubjectIds } from '#app/commands/registering-clients.ts';
import { courier, startDelivering } from '#app/jobs/deliver-webhooks.ts';
import { openDatabase } from '#db/client.server.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	catalogue,
	fairfield,
	grace,
	margaret,
	personOf,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';
import { accept, connect, openReceiver, origin, sendDue, verifies } from '../support/receiver.ts';

/** Pauses something that nothing else rests on, so that it is one event. */
function pause(db: TestDatabase, personId = tomasz) {
	const reviewOn = '2027-01-01';
	return asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'pause',
				personId,
				privilege: 'administer-oral',
				siteId: roseHouse,
				recordedBy: grace,
				payload: { reason: 'other', reviewOn, owner: grace },
			}),
		]),
	);
}

const paused = { types: ['competency.paused'] as ['competency.paused'] };
const deliveries = (db: TestDatabase) =>
	db.owner`select d.*, x.privilege from webhook_deliveries d left join events x on x.id = d.event_id order by d.created_at, d.id`;
const endpointOf = async (db: TestDatabase) => (await db.owner`select * from webhook_endpoints`)[0];
const makeDue = (db: TestDatabase) =>
	db.owner`update webhook_deliveries set next_attempt_at = now() - interval '1 second' where state = 'due'`;
const secretOf = (db: TestDatabase, endpointId: string) =>
	asFairfield(db, (tx) => readSecret(tx, { providerId: fairfield, endpointId }, db.database.sealingKey));

/** Tomasz paused, and one delivery of it. */
async function pausedOnce(answer: Parameters<typeof openReceiver>[0] = accept) {
	const db = await testDatabase();
	const receiver = await openReceiver(answer);
	const endpointId = await connect(db, receiver.url, paused);
	await pause(db);
	// Whatever rests on it is paused too: one is enough here.
	await db.owner`delete from webhook_deliveries d using events x where x.id = d.event_id and x.privilege <> 'administer-oral'`;
	return { db, receiver, endpointId, address: { providerId: fairfield, endpointId } };
}

test('the published vector of Standard Webhooks comes out', () => {
	const headers = signatureHeaders({
		messageId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
		claimedAt: new Date(1_614_265_330_000),
		body: Buffer.from('{"test": 2432232314}'),
		secrets: [Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
	});
	expect(headers).toEqual({
		'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
		'webhook-timestamp': '1614265330',
		'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
	});
});

test('a pause reaches the other system within a second, signed, and without a name', async () => {
	const { db, receiver, endpointId } = await pausedOnce();
	await sendDue(db);
	const delivering = startDelivering(db.database, { origin, loopback: true, random: () => 0 });
	try {
		await new Promise((resolve) => setTimeout(resolve, 300));
		const before = receiver.received.length;
		await pause(db, margaret);
		const committed = performance.now();
		const message = (await receiver.hears(before + 1))[before];
		expect((message?.at ?? 0) - committed).toBeLessThan(1000);
		if (!message) throw new Error('nothing came');
		expect(verifies(message, (await secretOf(db, endpointId)) ?? '')).toBe(true);
		expect(verifies({ ...message, text: `${message.text} ` }, (await secretOf(db, endpointId)) ?? '')).toBe(false);
		expect(message.text).not.toMatch(/margaret doyle/i);
		expect(Buffer.byteLength(message.text)).toBeLessThan(20_000);
		expect(message.headers['content-type']).toBe('application/json');
	} finally {
		await delivering.stop();
	}
});

test('it says who, what and where in the words of the gate, with a version that rises', async () => {
	const { db, receiver } = await pausedOnce();
	await sendDue(db);
	const [event] =
		await db.owner`select * from events where type = 'competency.paused' and privilege = 'administer-oral' order by seq desc limit 1`;
	expect(receiver.received.map((each) => each.body)).toEqual([
		{
			type: 'competency.paused',
			timestamp: event?.recorded_at.toISOString(),
			data: {
				subject: { type: 'staff', id: 'tomasz.nowak' },
				action: { name: 'administer-oral' },
				resource: { type: 'site', id: 'rose-house' },
				status_version: Number(event?.status_version),
				evaluation_url: `${origin}/access/v1/evaluation`,
			},
		},
	]);
	expect(receiver.received[0]?.headers['webhook-id']).toBe(event?.id);
	expect(await deliveries(db)).toMatchObject([{ state: 'delivered', attempts: 1, status: 204, outcome: 'accepted' }]);
});

test('what is refused is tried again with the same id and body, and a new time', async () => {
	const { db, receiver, endpointId } = await pausedOnce((response, count) => {
		response.writeHead(count === 1 ? 500 : 200).end(`answer ${count} ${'x'.repeat(3000)}`);
	});
	await sendDue(db);
	const [first] = await deliveries(db);
	expect(first).toMatchObject({ state: 'due', attempts: 1, status: 500, outcome: 'refused' });
	expect(first?.response).toHaveLength(1024);
	const [wait] =
		await db.owner`select extract(epoch from next_attempt_at - clock_timestamp()) as seconds from webhook_deliveries`;
	expect(Number(wait?.seconds)).toBeGreaterThan(3);
	expect(Number(wait?.seconds)).toBeLessThanOrEqual(5);
	expect((await endpointOf(db))?.failing_since).not.toBeNull();
	await sendDue(db);
	expect(receiver.received).toHaveLength(1);
	await new Promise((resolve) => setTimeout(resolve, 1100));
	await makeDue(db);
	await sendDue(db);
	const [one, two] = receiver.received;
	expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
	expect(two?.text).toBe(one?.text);
	expect(Number(two?.headers['webhook-timestamp'])).toBeGreaterThan(Number(one?.headers['webhook-timestamp']));
	const secret = (await secretOf(db, endpointId)) ?? '';
	expect(receiver.received.every((each) => verifies(each, secret))).toBe(true);
	const [second] = await deliveries(db);
	expect(second).toMatchObject({ state: 'delivered', attempts: 2, status: 200 });
	expect(second?.attempted_at).toHaveLength(2);
	expect((await endpointOf(db))?.failing_since).toBeNull();
});

test('410 switches the endpoint off, gives up what was still to be sent, and tells nothing more', async () => {
	const { db, receiver } = await pausedOnce((response) => void response.writeHead(410).end());
	await pause(db, margaret);
	await db.owner`update webhook_deliveries set next_attempt_at = now() + interval '1 hour' where event_id in (select id from events where person_id = ${margaret})`;
	await sendDue(db);
	expect(receiver.received).toHaveLength(1);
	expect(await endpointOf(db)).toMatchObject({ off_because: 'gone' });
	const states = (await deliveries(db)).map((each) => `${each.state} ${each.outcome}`);
	expect(states[0]).toBe('failed gone');
	expect(new Set(states.slice(1))).toEqual(new Set(['failed switched-off']));
	const told = () => db.owner`select 1 from events where type = 'competency.paused'`;
	const [before, toldBefore] = [states.length, (await told()).length];
	await pause(db, personOf('ben.whitfield'));
	expect((await told()).length).toBeGreaterThan(toldBefore);
	expect(await deliveries(db)).toHaveLength(before);
});

test('a redirect is not followed', async () => {
	const elsewhere = await openReceiver();
	const { db } = await pausedOnce((response) => void response.writeHead(307, { location: elsewhere.url }).end());
	await sendDue(db);
	expect(elsewhere.received).toEqual([]);
	expect(await deliveries(db)).toMatchObject([{ state: 'due', outcome: 'redirect', status: 307 }]);
});

test('one that is busy is left alone for as long as it asks, with everything that is for it', async () => {
	const { db, receiver } = await pausedOnce((response, count) =>
		count === 1 ? void response.writeHead(429, { 'retry-after': '120' }).end() : accept(response),
	);
	await sendDue(db);
	await pause(db, margaret);
	await sendDue(db);
	expect(receiver.received).toHaveLength(1);
	const waits =
		await db.owner`select distinct round(extract(epoch from next_attempt_at - now()) / 10) * 10 as seconds from webhook_deliveries`;
	expect(waits.map((each) => Number(each.seconds))).toEqual([120]);
	await db.owner`update webhook_endpoints set hold_until = now()`;
	await makeDue(db);
	await sendDue(db);
	expect(new Set((await deliveries(db)).map((each) => each.state))).toEqual(new Set(['delivered']));
	expect((await endpointOf(db))?.hold_until).toBeNull();
});

test('after three days without one success the endpoint is switched off', async () => {
	const { db } = await pausedOnce((response) => void response.writeHead(500).end());
	await sendDue(db);
	await db.owner`update webhook_endpoints set failing_since = now() - interval '71 hours'`;
	await makeDue(db);
	await sendDue(db);
	expect((await endpointOf(db))?.off_at).toBeNull();
	await db.owner`update webhook_endpoints set failing_since = now() - interval '73 hours'`;
	await makeDue(db);
	await sendDue(db);
	expect(await endpointOf(db)).toMatchObject({ off_because: 'failing' });
	expect(await deliveries(db)).toMatchObject([{ state: 'failed', attempts: 3 }]);
});

test('a delivery is given up after ten attempts', async () => {
	const { db, receiver } = await pausedOnce((response) => void response.writeHead(500).end());
	await db.owner`update webhook_deliveries set attempts = 8`;
	await sendDue(db);
	await makeDue(db);
	await sendDue(db);
	expect(await deliveries(db)).toMatchObject([{ state: 'failed', attempts: 10 }]);
	await makeDue(db);
	await sendDue(db);
	expect(receiver.received).toHaveLength(2);
});

test('a delivery sent again has the same id; while switched off it is refused', async () => {
	const { db, receiver, address } = await pausedOnce();
	await sendDue(db);
	const [delivery] = await deliveries(db);
	expect(await asFairfield(db, (tx) => replay(tx, address, delivery?.id))).toEqual({ ok: true, count: 1 });
	await sendDue(db);
	expect(receiver.received.map((each) => each.headers['webhook-id'])).toEqual([delivery?.event_id, delivery?.event_id]);
	await asFairfield(db, (tx) => switchEndpoint(tx, address, false));
	expect(await asFairfield(db, (tx) => replay(tx, address, delivery?.id))).toEqual({ ok: false, why: 'switched-off' });
	await asFairfield(db, (tx) => switchEndpoint(tx, address, true));
	expect(await asFairfield(db, (tx) => replay(tx, address, null))).toEqual({ ok: true, count: 0 });
});

test('after a new secret both sign for a day; once the old one is ended it signs no more', async () => {
	const { db, receiver, endpointId, address } = await pausedOnce();
	const old = (await secretOf(db, endpointId)) ?? '';
	await asFairfield(db, (tx) => rotateSecret(tx, address, db.database.sealingKey));
	const fresh = (await secretOf(db, endpointId)) ?? '';
	expect(fresh).not.toBe(old);
	await sendDue(db);
	const [both] = receiver.received;
	expect(both?.headers['webhook-signature']?.toString().split(' ')).toHaveLength(2);
	for (const secret of [old, fresh]) expect(both && verifies(both, secret)).toBe(true);
	await db.owner`update webhook_endpoints set previous_until = now()`;
	await asFairfield(db, (tx) => sendTest(tx, address));
	await sendDue(db);
	const [, one] = receiver.received;
	expect(one && verifies(one, fresh)).toBe(true);
	expect(one && verifies(one, old)).toBe(false);
});

test('secrets are not in the database as they are, and without its password nothing is sent', async () => {
	const { db, receiver, endpointId } = await pausedOnce();
	const secret = Buffer.from(((await secretOf(db, endpointId)) ?? '').slice(6), 'base64');
	expect(secret).toHaveLength(32);
	const [row] = await db.owner`select secret from webhook_endpoints`;
	expect(Buffer.from(row?.secret).includes(secret)).toBe(false);
	await sendDue({ database: { ...db.database, sealingKey: Buffer.alloc(32) } });
	expect(receiver.received).toEqual([]);
	expect(await deliveries(db)).toMatchObject([{ state: 'due', outcome: 'no-secret' }]);
});

test('a test is sent once, also to an endpoint that is switched off, and harms it in no way', async () => {
	const { db, receiver, address } = await pausedOnce((response) => void response.writeHead(410).end());
	await db.owner`delete from webhook_deliveries`;
	await asFairfield(db, (tx) => sendTest(tx, address));
	await sendDue(db);
	expect(await endpointOf(db)).toMatchObject({ off_at: null, failing_since: null });
	await asFairfield(db, (tx) => switchEndpoint(tx, address, false));
	await asFairfield(db, (tx) => sendTest(tx, address));
	await sendDue(db);
	expect(receiver.received.map((each) => each.body.type)).toEqual(['webhook.test', 'webhook.test']);
	expect((await deliveries(db)).map((each) => each.state)).toEqual(['failed', 'failed']);
});

test('several processes send each delivery once', async () => {
	const db = await testDatabase();
	const receiver = await openReceiver();
	await connect(db, receiver.url);
	await pause(db);
	await pause(db, margaret);
	const due = (await deliveries(db)).length;
	expect(due).toBeGreaterThan(5);
	const others = [1, 2, 3].map(() => openDatabase(db.appUrl, { connections: 4 }));
	const couriers = [db.database, ...others].map((each) => courier(each, { origin, loopback: true, random: () => 0 }));
	await Promise.all(couriers.map((each) => each.look()));
	await Promise.all(couriers.map((each) => each.settled()));
	await Promise.all(others.map((each) => each.close()));
	expect(receiver.received).toHaveLength(due);
	expect(new Set(receiver.received.map((each) => each.headers['webhook-id'])).size).toBe(due);
	expect(new Set((await deliveries(db)).map((each) => each.state))).toEqual(new Set(['delivered']));
});

test('what a process took and never finished is taken up again when its lease is over, and only then', async () => {
	const { db, receiver } = await pausedOnce();
	const { sealingKey } = db.database;
	const given = { sealingKey, origin, busy: [], most: 4 };
	const [lost] = await asFairfield(db, (tx) => takeParcels(tx, fairfield, given));
	expect(lost).toBeDefined();
	await sendDue(db);
	expect(receiver.received).toEqual([]);
	const [row] = await db.owner`select extract(epoch from next_attempt_at - now()) as seconds from webhook_deliveries`;
	expect(Number(row?.seconds)).toBeGreaterThan(15);
	await makeDue(db);
	await sendDue(db);
	expect(receiver.received.map((each) => each.headers['webhook-id'])).toEqual([lost?.messageId]);
});

test('one that never answers holds up nobody else', async () => {
	const { db } = await pausedOnce(() => {});
	const quick = await openReceiver();
	await connect(db, quick.url, paused);
	const { look } = courier(db.database, { origin, loopback: true, random: () => 0 });
	await look();
	await pause(db, margaret);
	await look();
	expect((await quick.hears(1)).length).toBeGreaterThan(0);
});

test('an endpoint hears only of what it was promised', async () => {
	const db = await testDatabase();
	const receiver = await openReceiver();
	await connect(db, receiver.url, { types: ['competency.granted'] as never });
	await pause(db);
	expect(await deliveries(db)).toEqual([]);
});

test.each(['http://127.0.0.1:9/', 'https://localhost:9/', 'https://[::1]:9/', 'https://2130706433:9/'])(
	'nothing is sent to %s',
	async (url) => {
		const db = await testDatabase();
		const receiver = await openReceiver();
		const endpointId = await connect(db, receiver.url, paused);
		await pause(db);
		await db.owner`update webhook_endpoints set url = ${url.replace(':9/', `:${receiver.port}/`)} where id = ${endpointId}`;
		await sendDue(db, false);
		expect(receiver.received).toEqual([]);
		const found = await deliveries(db);
		expect(new Set(found.map((each) => `${each.state} ${each.outcome}`))).toEqual(new Set(['due private-address']));
	},
);

test('what belongs to a client calls people as that client does, and leaves out whom it has no id for', async () => {
	const db = await testDatabase();
	const { clientId } = demonstration;
	const receiver = await openReceiver();
	await connect(db, receiver.url, { ...paused, clientId });
	const subjects = () => [...new Set(receiver.received.map((each) => each.body.data.subject.id))];
	const speaks = (kind: 'opaque' | 'own') =>
		asFairfield(db, (tx) => setSubjectIds(tx, authoriser(grace), clientId, { subjectIds: kind }));
	const map = (staffCode: string | null) =>
		asFairfield(db, (tx) => setOwnIds(tx, authoriser(grace), clientId, [{ ownId: '4711', staffCode }]));
	await speaks('opaque');
	await pause(db);
	await sendDue(db);
	expect(subjects()).toEqual([tomasz]);

	await speaks('own');
	await map('margaret.doyle');
	receiver.received.length = 0;
	await pause(db, personOf('ben.whitfield'));
	expect((await deliveries(db)).every((each) => each.state === 'delivered')).toBe(true);
	await pause(db, margaret);
	await sendDue(db);
	expect(subjects()).toEqual(['4711']);

	// The id is taken away between what happened and what is sent of it.
	receiver.received.length = 0;
	await db.owner`update webhook_deliveries set state = 'due', next_attempt_at = now()`;
	await map(null);
	// A few at a time, as ever.
	for (let turn = 0; turn < 10; turn += 1) await sendDue(db);
	expect(receiver.received).toEqual([]);
	const left = await deliveries(db);
	expect(left.every((each) => each.state === 'failed' && each.outcome === 'no-subject')).toBe(true);
});
