import type { AppLoadContext } from '@remix-run/node';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { findPerson, listEmployments, listSites, type Person, type Site } from '#db/queries/people.ts';
import { type Authority, may } from '../../domain/authority.ts';
import { forbidden, inProvider, notFound, requireVisitor, type Visitor } from '../../session.server.ts';

export interface PersonPage {
	visitor: Visitor;
	person: Person;
	/** The sites where they work or have worked and the visitor has the authority. */
	sites: Site[];
	address: string;
}

/** The person that an address names, for whoever has an authority (or one of some) at a site of theirs. */
export async function withPerson<T>(
	{
		context,
		request,
		params,
	}: { context: AppLoadContext; request: Request; params: Record<string, string | undefined> },
	authority: Authority | readonly Authority[],
	work: (tx: Tx, page: PersonPage) => Promise<T>,
): Promise<T> {
	const visitor = await requireVisitor(context, request);
	const personId = z.uuid().safeParse(params.person);
	if (!personId.success) throw notFound();
	const asked = { providerId: visitor.providerId, personId: personId.data };
	return inProvider(visitor, async (tx) => {
		const person = await findPerson(tx, asked);
		if (!person) throw notFound();
		const employments = await listEmployments(tx, asked);
		const sites = (await listSites(tx, visitor)).filter(
			(site) =>
				// Of whom no post is left, what is recorded is not lost from sight.
				(!employments.length || employments.some((each) => each.siteId === null || each.siteId === site.id)) &&
				[authority].flat().some((each) => may(visitor.posts, each as Authority, site.id)),
		);
		if (!sites.length) throw forbidden();
		return work(tx, { visitor, person, sites, address: `/people/${person.id}` });
	});
}
