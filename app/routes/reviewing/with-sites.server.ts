import type { AppLoadContext } from '@remix-run/node';
import type { Tx } from '#db/client.server.ts';
import { listSites, type Site } from '#db/queries/people.ts';
import { type Authority, may } from '../../domain/authority.ts';
import { forbidden, inProvider, requireVisitor, type Visitor } from '../../session.server.ts';

export interface SitesPage {
	visitor: Visitor;
	/** Where the visitor has the authority. */
	sites: Site[];
	siteIds: string[];
}

/** The sites at which a visitor has one of some authorities; 403 where there is none. */
export async function withSites<T>(
	{ context, request }: { context: AppLoadContext; request: Request },
	authorities: readonly Authority[],
	work: (tx: Tx, page: SitesPage) => Promise<T>,
): Promise<T> {
	const visitor = await requireVisitor(context, request);
	if (!authorities.some((each) => may(visitor.posts, each))) throw forbidden();
	return inProvider(visitor, async (tx) => {
		const sites = (await listSites(tx, visitor)).filter((site) =>
			authorities.some((each) => may(visitor.posts, each, site.id)),
		);
		return work(tx, { visitor, sites, siteIds: sites.map((site) => site.id) });
	});
}
