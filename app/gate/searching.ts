import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { Database } from '#db/client.server.ts';
import { type Candidates, readGatePeople, readGatePlaces } from '#db/queries/gate.ts';
import { insertSearch } from '#db/queries/searches.ts';
import type { LoggedSearch, Sought } from '../domain/logged-decision.ts';
import { isPrivilegeCode, type PrivilegeCode } from '../domain/privilege.ts';
import { callerWith, type Verify } from './access.ts';
import type { Deciding } from './deciding.ts';
import { type Endpoints, HttpError, inTime, noAnswer } from './http.ts';
import { readJson, shaped } from './json.ts';
import type { Charge } from './limits.ts';
import { type Page, pageOf } from './paging.ts';
import { actionSearch, type EvaluationRequest, type PageAsked, resourceSearch, subjectSearch } from './shapes.ts';
import { type Caller, isPlain, noLongerActive } from './tokens.ts';

interface Searched {
	action?: { name: string };
	resource: { type: string; id?: string };
	page?: PageAsked;
}

/** More candidates than any one site has staff: a search may not keep the gate from answering. */
const mostCandidates = 5000;
/** How many are asked about at a time, so that single questions come in between. */
const atOnce = 200;

/**
 * AuthZEN Authorization API 1.0, section 8: who may do this here, where may she, what may he. A search finds exactly
 * what an evaluation of each would permit, since each is evaluated.
 */
export function searchEndpoints(
	{ verify, charge }: { verify: Verify; charge: Charge },
	{ gate, log }: Pick<Database, 'gate' | 'log'>,
	privileges: ReadonlyMap<PrivilegeCode, unknown>,
	{ permitted }: Deciding,
): Endpoints {
	/**
	 * Reads a search, asks about every candidate and answers with a page of those who are permitted. Nobody gets an answer
	 * that has not been written down first: it may be a list of people.
	 */
	async function search<S extends z.ZodType<Searched>>(
		request: IncomingMessage,
		sought: Sought,
		schema: S,
		candidatesFor: (asked: z.output<S>, caller: Caller) => Promise<Candidates>,
		requestFor: (asked: z.output<S>, id: string) => EvaluationRequest,
	): Promise<Page> {
		const caller = await callerWith(verify, request, 'authzen.search');
		const body = await readJson(request);
		const asked = shaped(schema, body);
		const { page: _, ...searched } = body as Record<string, unknown>;
		const path = request.url?.split('?', 1)[0];
		const page = pageOf(asked.page, [path, caller.clientId, searched]);
		const candidates = await candidatesFor(asked, caller);
		if (!candidates.clientActive) throw noLongerActive();
		const { ids } = candidates;
		if (ids.length > mostCandidates)
			throw new HttpError(400, `there are more than ${mostCandidates} to look through: ask about a smaller place`);
		// Otherwise a search would be the cheap way to ask about everybody.
		charge(request, caller, Math.max(0, ids.length - 1));
		const found: string[] = [];
		let personId: string | null = null;
		// Also where nobody is a candidate: what is wrong with the context is then still said.
		for (let from = 0; from === 0 || from < ids.length; from += atOnce) {
			const part = ids.slice(from, from + atOnce);
			const answers = await permitted(
				caller,
				(part.length ? part : ['']).map((id) => requestFor(asked, id)),
			);
			found.push(...part.filter((__, place) => answers[place]?.permit));
			if (sought !== 'subject') personId ??= answers[0]?.personId ?? null;
		}
		const { clientId, providerId } = caller;
		const answer = page(found);
		const search: LoggedSearch = {
			clientId,
			sought,
			personId,
			action: short(asked.action?.name),
			resourceId: short(asked.resource.id),
			found: found.length,
		};
		await inTime(insertSearch(log, providerId, search).catch(() => Promise.reject(noAnswer())));
		return answer;
	}

	async function subjects(request: IncomingMessage): Promise<unknown> {
		const { page, ids } = await search(
			request,
			'subject',
			subjectSearch,
			({ subject, action, resource }, { clientId }) =>
				inTime(
					readGatePeople(gate, {
						clientId,
						privilege: subject.type === 'staff' && privileges.has(action.name as PrivilegeCode) ? action.name : '',
						site: resource.type === 'site' ? plain(resource.id) : '',
					}),
				),
			({ subject, action, resource, context }, id) => ({
				subject: { type: subject.type, id },
				action,
				resource,
				...(context ? { context } : {}),
			}),
		);
		return { page, results: ids.map((id) => ({ type: 'staff', id })) };
	}

	async function resources(request: IncomingMessage): Promise<unknown> {
		const { page, ids } = await search(
			request,
			'resource',
			resourceSearch,
			({ subject, action, resource }, { clientId }) =>
				inTime(
					readGatePlaces(gate, {
						clientId,
						subject: subject.type === 'staff' ? plain(subject.id) : '',
						privilege: resource.type === 'site' && privileges.has(action.name as PrivilegeCode) ? action.name : '',
					}),
				),
			({ subject, action, resource, context }, id) => ({
				subject,
				action,
				resource: { type: resource.type, id },
				...(context ? { context } : {}),
			}),
		);
		return { page, results: ids.map((id) => ({ type: 'site', id })) };
	}

	async function actions(request: IncomingMessage): Promise<unknown> {
		const { page, ids } = await search(
			request,
			'action',
			actionSearch,
			// Whether the client may ask at all is answered with each of the questions.
			async () => ({ clientActive: true, ids: [...privileges.keys()].filter(isPrivilegeCode) }),
			({ subject, resource, context }, id) => ({
				subject,
				action: { name: id },
				resource,
				...(context ? { context } : {}),
			}),
		);
		return { page, results: ids.map((name) => ({ name })) };
	}

	return {
		'/access/v1/search/subject': { POST: subjects },
		'/access/v1/search/resource': { POST: resources },
		'/access/v1/search/action': { POST: actions },
	};
}

/** What no database could hold is nobody and nowhere. */
function plain(text: string): string {
	return isPlain(text) ? text : '';
}

/** As Postgres can hold it, and never the whole body. */
function short(text: string | undefined): string | null {
	return text === undefined ? null : text.slice(0, 200).replaceAll('\0', '\uFFFD').toWellFormed();
}
