import type { AppLoadContext } from '@remix-run/node';
import type { Tx } from '#db/client.server.ts';
import { listSites, type Site } from '#db/queries/people.ts';
import { type Policies, readPolicies } from '#db/queries/policies.ts';
import { catalogue } from '../../catalogue.server.ts';
import { maySetPolicy, numbersFor } from '../../commands/setting-policy.ts';
import { may } from '../../domain/authority.ts';
import type { PolicyBody } from '../../domain/policy.ts';
import { forbidden, inProvider, notFound, requireAuthority, type Visitor } from '../../session.server.ts';

export interface PolicyPage {
	visitor: Visitor;
	/** Null: the policy of the whole provider. */
	site: Site | null;
	sites: Site[];
	policies: Policies;
	inForce: PolicyBody;
	/** Whether the visitor may set it, not only read it. */
	maySet: boolean;
	address: string;
	name: string;
}

/**
 * The policy that an address names: a site's, for its managers; or the provider's, which a manager of any site may read
 * and one of every site may set. 404 for a site that does not exist or is another provider's, 403 for a wrong role.
 */
export async function withPolicy<T>(
	args: { context: AppLoadContext; request: Request; params: { site?: string } },
	work: (tx: Tx, page: PolicyPage) => Promise<T>,
): Promise<T> {
	const visitor = await requireAuthority(args.context, args.request, 'set-policy');
	return inProvider(visitor, async (tx) => {
		const sites = await listSites(tx, visitor);
		const site = args.params.site ? sites.find((each) => each.slug === args.params.site) : null;
		if (site === undefined) throw notFound();
		if (site && !may(visitor.posts, 'set-policy', site.id)) throw forbidden();
		const scope = { siteId: site?.id ?? null };
		const policies = await readPolicies(tx, visitor);
		return work(tx, {
			visitor,
			site,
			sites,
			policies,
			inForce: numbersFor(catalogue(), policies, scope).inForce,
			maySet: await maySetPolicy(tx, visitor, scope),
			...policyPlace(site, visitor),
		});
	});
}

/** Where the policy of a site or of the provider is, and what it is called. */
export function policyPlace(site: Pick<Site, 'slug' | 'name'> | null, { providerName }: Pick<Visitor, 'providerName'>) {
	return { address: site ? `/sites/${site.slug}/policy` : '/policy', name: site?.name ?? providerName };
}
