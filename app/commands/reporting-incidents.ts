import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { findIncident, findNamed, type Incident } from '#db/queries/incidents.ts';
import { incidents } from '#db/schema-gate.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import type { IncidentKind, LookedAtRefusal } from '../domain/incident.ts';
import { pauseOnReport } from '../domain/pause.ts';
import type { PrivilegeCode } from '../domain/privilege.ts';
import { append, fact } from './append.ts';
import type { Authoriser } from './authorising.ts';
import { rulesBySite } from './projecting.ts';

/** An incident in the words of the system that reports it. */
export interface ReportedIncident {
	kind: IncidentKind;
	subject: string | null;
	privilege: PrivilegeCode | null;
	site: string;
	happenedAt: Date;
	reference: string;
	text: string;
}

/**
 * Keeps what another system reports, for a manager to look at. It changes nobody's standing (design.md section 6): a
 * pause is a manager's decision. Only where the policy of the site says so of its kind is whoever it names paused at
 * once: on the privilege that it names, or on everything there. The pause has the incident's id.
 */
export async function reportIncident(
	tx: Tx,
	{ providerId, clientId }: { providerId: string; clientId: string },
	catalogue: Catalogue,
	{ subject, site, ...reported }: ReportedIncident,
): Promise<{ ok: true; id: string; receivedAt: Date } | { ok: false; why: 'unknown-person' | 'unknown-site' }> {
	const { personId, siteId } = await findNamed(tx, { providerId, clientId, subject, site });
	if (!siteId) return { ok: false, why: 'unknown-site' };
	if (subject !== null && !personId) return { ok: false, why: 'unknown-person' };
	const [kept] = await tx
		.insert(incidents)
		.values({ providerId, id: uuidv7(), clientId, personId, siteId, ...reported })
		.returning({ id: incidents.id, receivedAt: incidents.receivedAt });
	if (!kept) throw new Error('the incident was not kept');
	if (personId) {
		const { policy } = (await rulesBySite(tx, providerId, catalogue))(siteId);
		const payload = pauseOnReport({ ...kept, kind: reported.kind }, policy);
		const { privilege } = reported;
		if (payload)
			await append(tx, providerId, catalogue, [
				fact({ id: kept.id, kind: 'pause', personId, siteId, privilege, recordedBy: null, payload }),
			]);
	}
	return { ok: true, ...kept };
}

/** Who was involved in an incident, by the pauses that were made about it. */
export async function listPartiesToIncident(
	tx: Tx,
	providerId: string,
	{ id, personId }: Pick<Incident, 'id' | 'personId'>,
): Promise<string[]> {
	const evidence = await listEvidenceOf(tx, { providerId, personIds: personId ? [personId] : [] });
	const present = presentFor(evidence, new Date(0));
	const pauses = Facts.from(standingEvidence(evidence, present, present)).of('pause');
	return pauses.flatMap((each) => (each.payload.incident === id ? (each.payload.parties ?? []) : []));
}

/** Records what a manager did about an incident. Once: of two at the same time the second is told of the first. */
export async function lookAtIncident(
	tx: Tx,
	{ providerId, personId, posts }: Authoriser,
	{ incidentId, done, now }: { incidentId: string; done: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: LookedAtRefusal | 'unknown' }> {
	const incident = await findIncident(tx, { providerId, incidentId });
	if (!incident) return { ok: false, why: 'unknown' };
	if (!may(posts, 'look-at-incidents', incident.siteId)) return { ok: false, why: 'not-authorised' };
	// Nobody is a party to the incident they look into (design.md section 6).
	if (incident.personId === personId) return { ok: false, why: 'yourself' };
	if ((await listPartiesToIncident(tx, providerId, incident)).includes(personId)) return { ok: false, why: 'party' };
	const looked = await tx
		.update(incidents)
		.set({ lookedAt: now, lookedBy: personId, done })
		.where(
			sql`${incidents.providerId} = ${providerId} and ${incidents.id} = ${incidentId} and ${incidents.lookedAt} is null`,
		)
		.returning({ id: incidents.id });
	return looked.length ? { ok: true } : { ok: false, why: 'looked-at' };
}
