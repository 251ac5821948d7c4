import type { AppLoadContext } from '@remix-run/node';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { findPerson, listSites, type Person, type Site } from '#db/queries/people.ts';
import { catalogue, type Pinned } from '../../catalogue.server.ts';
import type { Cell } from '../../commands/authorising.ts';
import { mayAbout } from '../../domain/assessing.ts';
import type { Authority } from '../../domain/authority.ts';
import type { Privilege } from '../../domain/privilege.ts';
import { isPrivilegeCode, requirementOf } from '../../domain/privilege.ts';
import { forbidden, inProvider, notFound, requireVisitor, type Visitor } from '../../session.server.ts';

type Params = Record<string, string | undefined>;

export interface CellPage {
	visitor: Visitor;
	person: Person;
	site: Site;
	pinned: Pinned<Privilege>;
	cell: Cell;
	address: string;
}

/**
 * The cell of the matrix that an address names, for whoever has an authority (or one of some) at its site, and for the person
 * themselves where `own` says so. 404 for what does not exist or belongs to another provider, 403 for a wrong role.
 */
export async function withCell<T>(
	{ context, request, params }: { context: AppLoadContext; request: Request; params: Params },
	{ authority, own }: { authority: Authority | readonly Authority[]; own?: boolean },
	work: (tx: Tx, page: CellPage) => Promise<T>,
): Promise<T> {
	const visitor = await requireVisitor(context, request);
	const personId = z.uuid().safeParse(params.person);
	const pinned = isPrivilegeCode(params.privilege ?? '')
		? catalogue().privileges.get(params.privilege as never)
		: undefined;
	if (!personId.success || !pinned) throw notFound();
	return inProvider(visitor, async (tx) => {
		const person = await findPerson(tx, { providerId: visitor.providerId, personId: personId.data });
		const site = (await listSites(tx, visitor)).find((each) => each.slug === params.site);
		if (!person || !site) throw notFound();
		const theirOwn = own && person.id === visitor.personId;
		const by = requirementOf(pinned.body, 'sign-off')?.by ?? [];
		const authorised = [authority].flat().some((each) => mayAbout(visitor.posts, each as Authority, site.id, by));
		if (!theirOwn && !authorised) throw forbidden();
		const cell = { personId: person.id, siteId: site.id, privilege: pinned.body.code };
		return work(tx, {
			visitor,
			person,
			site,
			pinned,
			cell,
			address: `/people/${person.id}/${site.slug}/${cell.privilege}`,
		});
	});
}
