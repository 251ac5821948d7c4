import type { LoaderFunctionArgs } from '@remix-run/node';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { listSites } from '#db/queries/people.ts';
import { type Endpoint, findEndpoint } from '#db/queries/webhooks.ts';
import { mayEverywhere } from '../../domain/authority.ts';
import { forbidden, inProvider, notFound, requireAuthority, type Visitor } from '../../session.server.ts';

type Asked = Pick<LoaderFunctionArgs, 'context' | 'request' | 'params'>;

/** For whoever may say which systems are told of what happens at every site. */
export async function withWebhooks<T>(
	{ context, request }: Asked,
	work: (tx: Tx, visitor: Visitor) => Promise<T>,
): Promise<T> {
	const visitor = await requireAuthority(context, request, 'set-webhooks');
	return inProvider(visitor, async (tx) => {
		const siteIds = (await listSites(tx, visitor)).map((site) => site.id);
		if (!mayEverywhere(visitor.posts, 'set-webhooks', siteIds)) throw forbidden();
		return work(tx, visitor);
	});
}

/** The endpoint that an address names. */
export function withEndpoint<T>(
	asked: Asked,
	work: (tx: Tx, page: { visitor: Visitor; endpoint: Endpoint; address: string }) => Promise<T>,
): Promise<T> {
	return withWebhooks(asked, async (tx, visitor) => {
		const id = z.uuid().safeParse(asked.params.endpoint);
		const endpoint = id.success
			? await findEndpoint(tx, { providerId: visitor.providerId, endpointId: id.data })
			: null;
		if (!endpoint) throw notFound();
		return work(tx, { visitor, endpoint, address: `/settings/webhooks/${endpoint.id}` });
	});
}
