import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { may } from '../../domain/authority.ts';
import { recordKinds, recordWords } from '../../domain/record.ts';
import { Heading } from '../../ui/layout.tsx';
import { withPerson } from './with-person.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Add to the record of ${data?.name ?? ''} – Countersign` },
];

/** What may be written down about a person, one form each. */
export async function loader(args: LoaderFunctionArgs) {
	return withPerson(args, 'record', async (_tx, { visitor, person, sites, address }) => ({
		name: `${person.givenName} ${person.familyName}`,
		address,
		kinds: recordKinds
			.filter((kind) => sites.some((site) => may(visitor.posts, recordWords[kind].authority, site.id)))
			.map((kind) => ({ to: `${address}/records/${kind}`, ...recordWords[kind] })),
	}));
}

export default function RecordsPage() {
	const page = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Add to the record" caption={page.name} back={{ to: page.address, label: page.name }} />
			<ul className="plain-list">
				{page.kinds.map((each) => (
					<li key={each.to}>
						<Link to={each.to}>{each.title}</Link>
						<p className="hint">{each.hint}</p>
					</li>
				))}
			</ul>
		</>
	);
}
