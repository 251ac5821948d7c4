import type { Tx } from '#db/client.server.ts';
import { listPeopleByIds, type Site } from '#db/queries/people.ts';
import { titles } from '../../catalogue.server.ts';
import type { Evidence } from '../../domain/evidence.ts';

/** What lists of evidence say in place of ids: names, sites, privileges, and where to read on. */
export async function readNames(
	tx: Tx,
	providerId: string,
	personIds: readonly (string | null)[],
	sites: readonly Site[],
) {
	const known = personIds.flatMap((id) => id ?? []);
	const people = await listPeopleByIds(tx, { providerId, personIds: [...new Set(known)] });
	const siteOf = (id: string | null) => sites.find((site) => site.id === id);
	return {
		person(id: string | null): string {
			const found = people.get(id ?? '');
			return found ? `${found.givenName} ${found.familyName}` : 'Somebody who is not known any more';
		},
		site: (id: string | null): string => siteOf(id)?.name ?? '',
		privilege: ({ privilege }: Pick<Evidence, 'privilege'>): string =>
			privilege ? titles().privilege(privilege) : 'Everything',
		/** The page of a cell, with `rest` after it. A fact about every privilege is shown at `anyPrivilege`. */
		cell: (
			{ personId, siteId, privilege }: Pick<Evidence, 'personId' | 'siteId' | 'privilege'>,
			anyPrivilege = '',
		): string => `/people/${personId}/${siteOf(siteId)?.slug}/${privilege ?? anyPrivilege}`,
	};
}
