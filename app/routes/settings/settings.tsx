import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { listSites } from '#db/queries/people.ts';
import { may } from '../../domain/authority.ts';
import { forbidden, inProvider, requireVisitor } from '../../session.server.ts';
import { Heading } from '../../ui/layout.tsx';

export const meta: MetaFunction = () => [{ title: 'Settings – Countersign' }];

/** What can be set, and where. */
export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireVisitor(context, request);
	const { posts } = visitor;
	const setsPolicy = may(posts, 'set-policy');
	if (!setsPolicy && !may(posts, 'see-evidence')) throw forbidden();
	const sites = await inProvider(visitor, (tx) => listSites(tx, visitor));
	return {
		groups: [
			...(setsPolicy
				? [
						{
							title: 'Policy',
							about: 'The numbers that decide who is competent, and for how long.',
							links: [
								{ to: '/policy', label: `Policy of ${visitor.providerName}` },
								...sites
									.filter((site) => may(posts, 'set-policy', site.id))
									.map((site) => ({ to: `/sites/${site.slug}/policy`, label: `Policy of ${site.name}` })),
							],
						},
					]
				: []),
			{
				title: 'Content',
				about: 'What is taught, asked and ticked: the versions in force, and what a new one asks of your staff.',
				links: [{ to: '/content', label: 'Content and what is new' }],
			},
		],
	};
}

export default function SettingsPage() {
	const { groups } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Settings" />
			{groups.map((group) => (
				<section key={group.title}>
					<h2>{group.title}</h2>
					<p>{group.about}</p>
					<ul>
						{group.links.map((link) => (
							<li key={link.to}>
								<Link to={link.to}>{link.label}</Link>
							</li>
						))}
					</ul>
				</section>
			))}
		</>
	);
}
