import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { listOverrides } from '../../commands/overriding.ts';
import { sayMoment } from '../../domain/period.ts';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readNames } from './names.server.ts';
import { withSites } from './with-sites.server.ts';

export const meta: MetaFunction = () => [{ title: 'Overrides – Countersign' }];

/** Every override of the last twelve months at the visitor's sites. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, ['see-evidence'], async (tx, { visitor, sites, siteIds }) => {
		const { providerId } = visitor;
		const listed = await listOverrides(tx, providerId, siteIds, args.context.now);
		const ids = listed.flatMap(({ override }) => [override.personId, override.recordedBy]);
		const names = await readNames(tx, providerId, ids, sites);
		return {
			overrides: listed.map(({ override, note, takenBack }) => ({
				id: override.id,
				who: names.person(override.personId),
				to: names.cell(override),
				what: names.privilege(override),
				where: names.site(override.siteId),
				from: sayMoment(override.observedAt),
				until: `${sayMoment(new Date(override.payload.until))}${takenBack ? ', taken back since' : ''}`,
				by: names.person(override.recordedBy),
				why: note,
			})),
		};
	});
}

export default function OverridesPage() {
	const { overrides } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Overrides" caption="The last twelve months" back={{ to: '/reviews', label: 'Reviews' }} />
			<p>
				An override lets somebody who is not competent act for one round, when nobody else can come. Whoever is on call
				gives it, and says why.
			</p>
			{overrides.length ? (
				<DataTable
					caption="Allowed on call for one round, newest first"
					head={['Who', 'What', 'Where', 'From', 'Until', 'By', 'Why']}
					rows={overrides.map((each) => [
						<Link key={each.id} to={each.to}>
							{each.who}
						</Link>,
						each.what,
						each.where,
						each.from,
						each.until,
						each.by,
						each.why,
					])}
				/>
			) : (
				<Inset>Nobody has been allowed anything on call in the last twelve months.</Inset>
			)}
		</>
	);
}
