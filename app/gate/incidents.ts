import type { IncomingMessage } from 'node:http';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { asProvider, type Database } from '#db/client.server.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { type ReportedIncident, reportIncident } from '../commands/reporting-incidents.ts';
import { opaqueReference } from '../domain/evidence.ts';
import { incidentKinds, longestIncidentText, showsNhsNumber } from '../domain/incident.ts';
import { isPrivilegeCode, type PrivilegeCode } from '../domain/privilege.ts';
import { callerWith, type Verify } from './access.ts';
import { Answer, type Endpoints, HttpError, inTime } from './http.ts';
import { idempotencyKeyOf, once } from './idempotency.ts';
import { readJson, shaped } from './json.ts';
import { isPlain } from './tokens.ts';

const route = '/v1/incidents';
const longestWait = 1500;
/** Milliseconds by which the other system's clock may be ahead of ours. */
const clockTolerance = 60_000;
const oldest = 366 * 24 * 60 * 60_000;

const plain = z.string().min(1).refine(isPlain, 'not an id');

/** Nothing else is taken: what another system knows of the person supported must not reach us by accident. */
export const incidentRequest = z.strictObject({
	kind: z.enum(incidentKinds),
	/** Who it is about, where it is about somebody. */
	subject: z.strictObject({ type: z.literal('staff'), id: plain }).optional(),
	action: z.strictObject({ name: plain }).optional(),
	resource: z.strictObject({ type: z.literal('site'), id: plain }),
	happened_at: z.iso.datetime({ offset: true }),
	/** What the other system calls it. */
	reference: opaqueReference.optional(),
	text: z
		.string()
		.max(longestIncidentText)
		.refine((text) => text.isWellFormed() && !text.includes('\0'), 'not plain text')
		.refine((text) => !showsNhsNumber(text), 'leave out numbers that could be an NHS number')
		.optional(),
});

/** `POST /v1/incidents`: what went wrong or nearly, for a manager to look at. It changes a standing only where policy says so of its kind. */
export function incidentEndpoints(verify: Verify, { db }: Pick<Database, 'db'>, catalogue: Catalogue): Endpoints {
	async function post(request: IncomingMessage): Promise<Answer> {
		const { clientId, providerId } = await callerWith(verify, request, 'incidents.write');
		const key = idempotencyKeyOf(request);
		const asked = shaped(incidentRequest, await readJson(request));
		const reported = reportedIn(asked, catalogue.privileges);
		return inTime(
			asProvider(db, providerId, async (tx) => {
				await tx.execute(sql.raw(`set local statement_timeout = ${longestWait}`));
				return once(tx, { providerId, clientId, route, key, body: asked }, async () => {
					const kept = await reportIncident(tx, { providerId, clientId }, catalogue, reported);
					if (kept.ok) return new Answer({ id: kept.id, received_at: kept.receivedAt.toISOString() }, 201);
					throw new HttpError(422, unknownWords[kept.why]);
				});
			}),
			longestWait,
		);
	}

	return { [route]: { POST: post } };
}

const unknownWords = {
	'unknown-person': 'subject.id: nobody here is called that',
	'unknown-site': 'resource.id: there is no such site',
};

function reportedIn(
	{ kind, subject, action, resource, happened_at, reference = '', text = '' }: z.output<typeof incidentRequest>,
	known: ReadonlyMap<PrivilegeCode, unknown>,
): ReportedIncident {
	const privilege = action && isPrivilegeCode(action.name) && known.has(action.name) ? action.name : null;
	if (action && !privilege) throw new HttpError(422, 'action.name: there is no such privilege');
	const happenedAt = new Date(happened_at);
	const age = Date.now() - happenedAt.getTime();
	if (!(age >= -clockTolerance)) throw new HttpError(400, 'happened_at: it is in the future');
	if (age > oldest) throw new HttpError(400, 'happened_at: more than a year ago');
	return { kind, subject: subject?.id ?? null, privilege, site: resource.id, happenedAt, reference, text };
}
