import type { IncomingMessage } from 'node:http';
import { sql } from 'drizzle-orm';
import { asProvider, type Db, type Tx } from '#db/client.server.ts';
import { listSubjectMappings } from '#db/queries/subjects.ts';
import { mapSubjects } from '../commands/mapping-subjects.ts';
import { mostMappings } from '../domain/subject.ts';
import { callerWith, type Verify } from './access.ts';
import { type Endpoints, HttpError, inTime } from './http.ts';
import { readJson, shaped } from './json.ts';
import { mappingsRequest } from './shapes.ts';
import { type Caller, isPlain } from './tokens.ts';

const longestWait = 1500;

/** `/v1/subjects`: what a client calls people, for clients that speak ids of their own. */
export function subjectEndpoints(verifyActive: Verify, db: Db): Endpoints {
	/** Runs work as the provider of the client that asks, in bounded time. */
	async function asCaller<T>({ providerId }: Caller, work: (tx: Tx) => Promise<T>): Promise<T> {
		return inTime(
			asProvider(db, providerId, async (tx) => {
				await tx.execute(sql.raw(`set local statement_timeout = ${longestWait}`));
				return work(tx);
			}),
			longestWait,
		);
	}

	async function put(request: IncomingMessage): Promise<unknown> {
		const caller = await callerWith(verifyActive, request, 'subjects.manage');
		const { clientId, providerId } = caller;
		const { mappings } = shaped(mappingsRequest, await readJson(request));
		requireOneEach(mappings.map((each) => each.own_id));
		requireOneEach(mappings.flatMap((each) => each.staff_code ?? []));
		return asCaller(caller, async (tx) => {
			const ownIds = mappings.map((each) => ({ ownId: each.own_id, staffCode: each.staff_code }));
			const done = await mapSubjects(tx, { providerId, clientId }, ownIds);
			if (done.ok) return { saved: done.saved, removed: done.removed };
			throw new HttpError(422, `nothing was saved: nobody has the staff code ${done.unknown.slice(0, 10).join(', ')}`);
		});
	}

	async function get(request: IncomingMessage): Promise<unknown> {
		const caller = await callerWith(verifyActive, request, 'subjects.manage');
		const { clientId, providerId } = caller;
		const after = new URLSearchParams(request.url?.split('?')[1]).get('after') ?? '';
		if (!isPlain(after)) throw new HttpError(400, 'after: not an own id');
		const found = await asCaller(caller, (tx) =>
			listSubjectMappings(tx, { providerId, clientId, after, limit: mostMappings + 1 }),
		);
		const shown = found.slice(0, mostMappings);
		return {
			mappings: shown.map((each) => ({ own_id: each.ownId, staff_code: each.staffCode })),
			next: found.length > shown.length ? (shown.at(-1)?.ownId ?? '') : '',
		};
	}

	return { '/v1/subjects': { GET: get, PUT: put } };
}

function requireOneEach(names: readonly string[]): void {
	const twice = names.find((name, place) => names.indexOf(name) !== place);
	if (twice !== undefined) throw new HttpError(400, `mappings: ${twice} stands twice`);
}
