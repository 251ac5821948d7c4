import { type LoaderFunctionArgs, redirect } from '@remix-run/node';
import { listSites } from '#db/queries/people.ts';
import { sitesWith } from '../../domain/authority.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';

/** The matrix of the site where one has worked longest. */
export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'see-matrix');
	const mine = sitesWith(visitor.posts, 'see-matrix');
	const sites = await inProvider(visitor, (tx) => listSites(tx, visitor));
	const first = mine === 'all' ? sites[0] : sites.find((site) => site.id === mine[0]);
	if (!first) throw notFound();
	return redirect(`/sites/${first.slug}/matrix`);
}
