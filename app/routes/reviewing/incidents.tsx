import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { listIncidents } from '#db/queries/incidents.ts';
import { incidentWords } from '../../domain/incident.ts';
import { sayMoment } from '../../domain/period.ts';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readNames } from './names.server.ts';
import { withSites } from './with-sites.server.ts';

export const meta: MetaFunction = () => [{ title: 'Incidents – Countersign' }];

const most = 100;

/** What other systems have reported at the visitor's sites: what is open, and what has been looked at. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, ['look-at-incidents'], async (tx, { visitor, sites, siteIds }) => {
		const { providerId } = visitor;
		const [open, looked] = [
			await listIncidents(tx, { providerId, siteIds, open: true, most }),
			await listIncidents(tx, { providerId, siteIds, open: false, most }),
		];
		const ids = [...open, ...looked].flatMap((each) => [each.personId, each.lookedBy]);
		const names = await readNames(tx, providerId, ids, sites);
		const shown = (each: (typeof open)[number]) => ({
			id: each.id,
			what: incidentWords[each.kind],
			who: each.personId ? names.person(each.personId) : 'Nobody is named',
			where: names.site(each.siteId),
			when: sayMoment(each.happenedAt),
			from: each.from,
			done: each.done ?? '',
			by: each.lookedBy ? names.person(each.lookedBy) : '',
		});
		return { open: open.map(shown), looked: looked.map(shown) };
	});
}

export default function IncidentsPage() {
	const { open, looked } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Incidents" caption="Reported by other systems" back={{ to: '/settings', label: 'Settings' }} />
			<Inset>
				An incident changes nothing for anybody by itself, unless your policy pauses at once for its kind. Look at what
				happened first, then at the person. If you want to pause something while you look, the incident’s page leads you
				there.
			</Inset>
			<h2>To look at</h2>
			{open.length ? (
				<DataTable
					caption={`The newest first${open.length === most ? `, at most ${most}` : ''}`}
					head={['What', 'Who', 'Where', 'When', 'Reported by']}
					rows={open.map((each) => [
						<Link key={each.id} to={`/incidents/${each.id}`}>
							{each.what}
						</Link>,
						each.who,
						each.where,
						each.when,
						each.from,
					])}
				/>
			) : (
				<Inset>
					Nothing is waiting for you. Other systems can report here once they are allowed to:{' '}
					<Link to="/settings/clients">Connected systems</Link>.
				</Inset>
			)}
			{looked.length > 0 && (
				<>
					<h2>Looked at</h2>
					<DataTable
						caption={`The newest first${looked.length === most ? `, at most ${most}` : ''}`}
						head={['What', 'Who', 'Where', 'When', 'What was done', 'By']}
						rows={looked.map((each) => [
							<Link key={each.id} to={`/incidents/${each.id}`}>
								{each.what}
							</Link>,
							each.who,
							each.where,
							each.when,
							each.done,
							each.by,
						])}
					/>
				</>
			)}
		</>
	);
}
