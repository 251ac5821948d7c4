import { createHash, createPublicKey, randomBytes, randomInt } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { findRegisteredClient, listLiveSecrets, type RegisteredClient } from '#db/queries/clients.ts';
import { listSites } from '#db/queries/people.ts';
import { clientChanges, clientSecrets, clients } from '#db/schema-gate.ts';
import { mayEverywhere } from '../domain/authority.ts';
import {
	type Allowance,
	type ClientChange,
	type ClientRefusal,
	mostSecrets,
	type Registration,
	secretOverlaps,
} from '../domain/client.ts';
import { type ClientKey, readClientKeys } from '../domain/client-keys.ts';
import { type OwnId, type SubjectIds, subjectIdsWords } from '../domain/subject.ts';
import type { Authoriser } from './authorising.ts';
import { mapSubjects } from './mapping-subjects.ts';

type Refused = { ok: false; why: ClientRefusal } | { ok: false; why: 'wrong-keys'; message: string };
export type ClientChanging = { ok: true } | Refused;
/** The secret is in here and nowhere else: only its hash is kept. */
export type SecretMaking = { ok: true; clientId: string; secret: string | null } | Refused;

const refused = (why: ClientRefusal): Refused => ({ ok: false, why });

/** Whether somebody may say which systems ask the gate: what they ask is about every site. */
export async function mayManageClients(tx: Tx, { providerId, posts }: Authoriser): Promise<boolean> {
	const siteIds = (await listSites(tx, { providerId })).map((site) => site.id);
	return mayEverywhere(posts, 'manage-clients', siteIds);
}

/** Registers a system that may ask the gate, with a secret that is shown once, or with public keys of its own. */
export async function registerClient(tx: Tx, authoriser: Authoriser, given: Registration): Promise<SecretMaking> {
	if (!(await mayManageClients(tx, authoriser))) return refused('not-authorised');
	const { providerId, personId } = authoriser;
	const { name, scopes, perSecond, burst, proof } = given;
	const read = proof === 'keys' ? readKeys(given.keys) : null;
	if (read && !read.ok) return read;
	const jwks = read ? { keys: read.keys } : null;
	const [client] = await tx
		.insert(clients)
		.values({ providerId, id: newClientId(name), name, scopes, jwks, perSecond, burst, createdBy: personId })
		.onConflictDoNothing()
		.returning({ id: clients.id });
	if (!client) return refused('name-taken');
	await note(tx, authoriser, client.id, 'registered', sayAllowance(given));
	const secret = read ? null : await insertSecret(tx, authoriser, client.id);
	return { ok: true, clientId: client.id, secret };
}

/**
 * Makes a further secret, so that a system can change over without a gap. The older one ends when it is told to; a third
 * is refused while two are alive.
 */
export async function addSecret(
	tx: Tx,
	authoriser: Authoriser,
	clientId: string,
	{ olderEnds }: { olderEnds: keyof typeof secretOverlaps },
): Promise<SecretMaking> {
	const held = await holdClient(tx, authoriser, clientId);
	if (!held.ok) return held;
	const { providerId } = authoriser;
	const alive = await listLiveSecrets(tx, { providerId, clientId });
	if (alive.length >= mostSecrets) return refused('two-secrets');
	const days = secretOverlaps[olderEnds];
	if (days !== null)
		for (const { id } of alive)
			await tx.execute(sql`
				update client_secrets set ends_at = least(ends_at, clock_timestamp() + make_interval(days => ${days}))
				where provider_id = ${providerId} and id = ${id}`);
	await note(tx, authoriser, clientId, 'secret-added');
	return { ok: true, clientId, secret: await insertSecret(tx, authoriser, clientId) };
}

/** Ends a secret now. Tokens it has fetched go on for at most their five minutes. */
export async function endSecret(
	tx: Tx,
	authoriser: Authoriser,
	clientId: string,
	{ secret }: { secret: string },
): Promise<ClientChanging> {
	const held = await holdClient(tx, authoriser, clientId);
	if (!held.ok) return held;
	const ended = await tx.execute(sql`
		update client_secrets set ends_at = date_trunc('milliseconds', clock_timestamp())
		where provider_id = ${authoriser.providerId} and client_id = ${clientId} and id = ${secret}
			and (ends_at is null or ends_at > clock_timestamp()) returning 1`);
	if (!ended.length) return refused('unknown-secret');
	await note(tx, authoriser, clientId, 'secret-ended');
	return { ok: true };
}

/** Sets the public keys a client signs its assertions with, in place of those it had; none with an empty text. */
export async function setKeys(
	tx: Tx,
	authoriser: Authoriser,
	clientId: string,
	{ keys }: { keys: string },
): Promise<ClientChanging> {
	const held = await holdClient(tx, authoriser, clientId);
	if (!held.ok) return held;
	const read = keys ? readKeys(keys) : null;
	if (read && !read.ok) return read;
	await change(tx, authoriser, clientId, { jwks: read ? { keys: read.keys } : null });
	const kids = read?.keys.map(({ kid }) => kid).join(', ') ?? '';
	await note(tx, authoriser, clientId, read ? 'keys-set' : 'keys-removed', kids);
	return { ok: true };
}

/** Sets what a client may ask, and how much. Tokens in use keep what they were given, for at most their five minutes. */
export async function setAllowance(
	tx: Tx,
	authoriser: Authoriser,
	clientId: string,
	{ scopes, perSecond, burst }: Allowance,
): Promise<ClientChanging> {
	const held = await holdClient(tx, authoriser, clientId);
	if (!held.ok) return held;
	await change(tx, authoriser, clientId, { scopes, perSecond, burst });
	await note(tx, authoriser, clientId, 'allowance-set', sayAllowance({ scopes, perSecond, burst }));
	return { ok: true };
}

/** Sets how a client calls people, from its next question on. */
export async function setSubjectIds(
	tx: Tx,
	authoriser: Authoriser,
	clientId: string,
	{ subjectIds }: { subjectIds: SubjectIds },
): Promise<ClientChanging> {
	const held = await holdClient(tx, authoriser, clientId);
	if (!held.ok) return held;
	await change(tx, authoriser, clientId, { subjectIds });
	await note(tx, authoriser, clientId, 'subject-ids-set', subjectIdsWords[subjectIds]);
	return { ok: true };
}

/** Sets or takes away a client's own ids for people, all or none. */
export async function setOwnIds(
	tx: Tx,
	authoriser: Authoriser,
	clientId: string,
	ownIds: readonly OwnId[],
): Promise<ClientChanging | { ok: false; why: 'unknown-staff'; staffCodes: string[] }> {
	const held = await holdClient(tx, authoriser, clientId);
	if (!held.ok) return held;
	const done = await mapSubjects(tx, { providerId: authoriser.providerId, clientId }, ownIds);
	if (!done.ok) return { ok: false, why: 'unknown-staff', staffCodes: done.unknown };
	await note(tx, authoriser, clientId, 'own-ids-set', `${done.saved} set, ${done.removed} taken away`);
	return { ok: true };
}

/** Switches a client off: once this is committed it is answered nothing more. */
export async function switchOff(
	tx: Tx,
	authoriser: Authoriser,
	clientId: string,
	{ reason }: { reason: string },
): Promise<ClientChanging> {
	const held = await holdClient(tx, authoriser, clientId);
	if (!held.ok) return held;
	if (held.client.disabledAt) return refused('already-off');
	const disabledAt = sql`date_trunc('milliseconds', clock_timestamp())`;
	await change(tx, authoriser, clientId, {
		disabledAt,
		disabledBy: authoriser.personId,
		disabledReason: reason,
	});
	await note(tx, authoriser, clientId, 'switched-off', reason);
	return { ok: true };
}

/** Switches a client on again, with the secrets and keys it has. */
export async function switchOn(tx: Tx, authoriser: Authoriser, clientId: string): Promise<ClientChanging> {
	const held = await holdClient(tx, authoriser, clientId);
	if (!held.ok) return held;
	if (!held.client.disabledAt) return refused('already-on');
	await change(tx, authoriser, clientId, { disabledAt: null, disabledBy: null, disabledReason: null });
	await note(tx, authoriser, clientId, 'switched-on');
	return { ok: true };
}

/** One change of a client at a time. */
async function holdClient(
	tx: Tx,
	authoriser: Authoriser,
	clientId: string,
): Promise<{ ok: true; client: RegisteredClient } | Refused> {
	if (!(await mayManageClients(tx, authoriser))) return refused('not-authorised');
	const client = await findRegisteredClient(tx, { providerId: authoriser.providerId, clientId, hold: true });
	return client ? { ok: true, client } : refused('unknown-client');
}

function change(
	tx: Tx,
	{ providerId }: Authoriser,
	clientId: string,
	changed: Parameters<ReturnType<typeof tx.update<typeof clients>>['set']>[0],
): Promise<unknown> {
	return tx.update(clients).set(changed).where(sql`provider_id = ${providerId} and id = ${clientId}`);
}

async function note(
	tx: Tx,
	{ providerId, personId }: Authoriser,
	clientId: string,
	what: ClientChange,
	detail = '',
): Promise<void> {
	await tx
		.insert(clientChanges)
		.values({ providerId, id: uuidv7(), clientId, change: what, detail, changedBy: personId });
}

/** 256 random bits, behind letters by which a search for lost secrets finds it. */
async function insertSecret(tx: Tx, { providerId, personId }: Authoriser, clientId: string): Promise<string> {
	const secret = `countersign_${randomBytes(32).toString('base64url')}`;
	const secretHash = createHash('sha256').update(secret).digest('hex');
	await tx
		.insert(clientSecrets)
		.values({ providerId, id: uuidv7(), clientId, secretHash, createdBy: personId, createdAt: sql`clock_timestamp()` });
	return secret;
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** `oakfield-emar-k3x9w2`: its own name, made single for the whole installation. */
function newClientId(name: string): string {
	const slug = name
		.normalize('NFKD')
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, '-')
		.replaceAll(/^-+|-+$/g, '')
		.slice(0, 40);
	const single = Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('');
	return `${slug || 'client'}-${single}`;
}

function readKeys(text: string): { ok: true; keys: ClientKey[] } | Refused {
	const read = readClientKeys(text);
	if (!read.ok) return { ok: false, why: 'wrong-keys', message: read.message };
	for (const [place, key] of read.keys.entries())
		try {
			createPublicKey({ key, format: 'jwk' });
		} catch {
			return { ok: false, why: 'wrong-keys', message: `Key ${place + 1} is no key: ask the vendor to send it again` };
		}
	return read;
}

function sayAllowance({ scopes, perSecond, burst }: Allowance): string {
	return `${scopes.join(' ')}, ${perSecond} a second, ${burst} at once`;
}
