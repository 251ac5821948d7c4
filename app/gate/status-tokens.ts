import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sql } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { type Database, readAsProvider } from '#db/client.server.ts';
import { readSitePermits, type SitePermits } from '#db/queries/offline.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { rulesBySite } from '../commands/projecting.ts';
import { type Grant, grantOf, type Listing } from '../domain/offline.ts';
import { exactMilliseconds } from '../domain/period.ts';
import { twoPeopleAt } from '../domain/policy-grace.ts';
import { type PrivilegeCode, requirementOf } from '../domain/privilege.ts';
import type { Rules } from '../domain/rules.ts';
import { callerWith, type Verify } from './access.ts';
import { type Endpoints, HttpError, inTime } from './http.ts';
import { pairwiseIds } from './pairwise.ts';
import { type KeyRing, tokenAlgorithm } from './token-keys.ts';
import { isPlain, noLongerActive } from './tokens.ts';

/** standards.md section 5: the type of a list, by which it is never taken for another kind of token. */
export const statusTokenType = 'competency-status+jwt';
const longestWait = 3000;
/** Permits in one list: some eight hundred people with every privilege there is. */
const mostPermits = 20_000;

/**
 * `GET /v1/status-tokens?site=`: a signed list of who may do what at a site, for a round without a network. Absence from
 * it means no. It holds pairwise ids and neither names nor reasons; who is who is told beside it, to this caller alone.
 */
export function statusTokenEndpoints(
	verify: Verify,
	{ db }: Pick<Database, 'db'>,
	catalogue: Catalogue,
	issuer: string,
	keys: KeyRing,
): Endpoints {
	async function read(providerId: string, clientId: string, site: string) {
		return readAsProvider(db, providerId, async (tx) => {
			await tx.execute(sql.raw(`set local statement_timeout = ${longestWait}`));
			const found = await readSitePermits(tx, { providerId, clientId, site, most: mostPermits });
			if (!found.active) throw noLongerActive();
			if (!found.siteId) throw new HttpError(404, 'site: there is no such site');
			if (found.permits.length > mostPermits) throw new HttpError(422, `site: more than ${mostPermits} permits`);
			return { found, rules: (await rulesBySite(tx, providerId, catalogue))(found.siteId) };
		});
	}

	async function get(request: IncomingMessage): Promise<unknown> {
		const { clientId, providerId } = await callerWith(verify, request, 'status.read');
		const site = siteAsked(new URL(request.url ?? '', issuer).searchParams);
		const { found, rules } = await inTime(read(providerId, clientId, site), longestWait);
		const lifetime = exactMilliseconds(rules.policy.offline);
		if (!lifetime) throw new HttpError(403, 'the policy of this site lets no system work without a network');
		const { people, subjects, issuedAt, expiresAt } = listOf(found, rules, lifetime, clientId, catalogue);
		const salt = randomBytes(16).toString('base64url');
		const { id, key } = await inTime(keys.signing(), longestWait);
		const token = await new SignJWT({
			sites: [site],
			people,
			subjects_digest: subjectsDigest(salt, subjects),
		})
			.setProtectedHeader({ alg: tokenAlgorithm, typ: statusTokenType, kid: id })
			.setIssuer(issuer)
			.setAudience(clientId)
			.setJti(randomUUID())
			.setIssuedAt(issuedAt)
			.setNotBefore(issuedAt)
			.setExpirationTime(expiresAt)
			.sign(key);
		return { site, token, expires_at: new Date(expiresAt * 1000).toISOString(), salt, subjects };
	}

	return { '/v1/status-tokens': { GET: get } };
}

function siteAsked(asked: URLSearchParams): string {
	const [site, another] = asked.getAll('site');
	if (!site || another !== undefined || !isPlain(site))
		throw new HttpError(400, 'site: name one site, as ?site=rose-house');
	return site;
}

function listOf(
	{ pairwiseKey, at, permits }: SitePermits,
	rules: Rules,
	lifetime: number,
	clientId: string,
	catalogue: Catalogue,
) {
	const pairwise = pairwiseIds(pairwiseKey, clientId);
	const issuedAt = Math.floor(at.getTime() / 1000);
	const until = new Date(issuedAt * 1000 + lifetime);
	const { policy } = rules;
	// A list is not asked again while it holds: what is asked by its end is asked from its beginning.
	const { witness } = twoPeopleAt(rules, until);
	const listings = new Map<PrivilegeCode, Listing>();
	for (const [code, { body }] of catalogue.privileges) {
		const own = policy.privileges[code]?.offline;
		listings.set(code, {
			witness: witness ? body.witness : undefined,
			delegated: requirementOf(body, 'delegation') !== undefined,
			longest: own === undefined ? lifetime : Math.min(lifetime, exactMilliseconds(own)),
		});
	}
	const people: Record<string, Grant[]> = {};
	const subjects = new Map<string, string>();
	for (const permit of permits) {
		const listing = listings.get(permit.privilege);
		const grant = listing && grantOf(permit, { ...listing, from: at, until });
		if (!grant) continue;
		const id = pairwise(permit.personId);
		people[id] = [...(people[id] ?? []), grant];
		subjects.set(permit.subject, id);
	}
	const expiresAt = Math.floor(until.getTime() / 1000);
	return { people, subjects: Object.fromEntries([...subjects].sort(byName)), issuedAt, expiresAt };
}

const byName = ([one]: [string, string], [other]: [string, string]) => (one < other ? -1 : 1);

/**
 * Ties who is who to the list it came with, so that what a device keeps of it cannot be changed unseen. Salted: whoever
 * has only the list cannot try out names.
 */
export function subjectsDigest(salt: string, subjects: Record<string, string>): string {
	const entries = Object.entries(subjects).sort(byName);
	return createHash('sha256')
		.update(JSON.stringify([salt, entries]))
		.digest('base64url');
}
