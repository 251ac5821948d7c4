import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { listSites } from '#db/queries/people.ts';
import { listEndpoints } from '#db/queries/webhooks.ts';
import { may, mayEverywhere } from '../../domain/authority.ts';
import { forbidden, inProvider, requireVisitor } from '../../session.server.ts';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { sayEndpoint } from './endpoint-words.server.ts';

export const meta: MetaFunction = () => [{ title: 'Settings – Countersign' }];

/** What can be set, and where. */
export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireVisitor(context, request);
	const { posts } = visitor;
	const setsPolicy = may(posts, 'set-policy');
	if (!setsPolicy && !may(posts, 'see-evidence')) throw forbidden();
	const { sites, endpoints } = await inProvider(visitor, async (tx) => {
		const sites = await listSites(tx, visitor);
		const siteIds = sites.map((site) => site.id);
		const setsWebhooks = mayEverywhere(posts, 'set-webhooks', siteIds);
		return { sites, endpoints: setsWebhooks ? await listEndpoints(tx, visitor) : null };
	});
	return {
		/** What stopped by itself: the manager is told of it here. */
		stopped: (endpoints ?? [])
			.filter((each) => each.failingSince || (each.offBecause && each.offBecause !== 'manager'))
			.map((each) => ({
				to: `/settings/webhooks/${each.id}`,
				name: each.name,
				says: sayEndpoint(each, context.now).says,
			})),
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
			...(may(posts, 'manage-clients')
				? [
						{
							title: 'Connected systems',
							about: 'Which other systems may ask who is competent, what they may ask, and how much.',
							links: [{ to: '/settings/clients', label: 'Connected systems' }],
						},
					]
				: []),
			{
				title: 'Content',
				about: 'What is taught, asked and ticked: the versions in force, and what a new one asks of your staff.',
				links: [{ to: '/content', label: 'Content and what is new' }],
			},
			...(may(posts, 'see-decisions')
				? [
						{
							title: 'What was asked',
							about: 'Whom other systems asked about and had to refuse, and how each answer came about.',
							links: [{ to: '/settings/decisions', label: 'Refused questions' }],
						},
					]
				: []),
			...(may(posts, 'look-at-incidents')
				? [
						{
							title: 'What was reported',
							about: 'What other systems say went wrong, or nearly, and what was done about it.',
							links: [{ to: '/incidents', label: 'Incidents' }],
						},
					]
				: []),
			...(endpoints
				? [
						{
							title: 'Other systems',
							about: 'Which systems are told at once when somebody may or may not do something any more.',
							links: [{ to: '/settings/webhooks', label: 'Webhooks' }],
						},
					]
				: []),
		],
	};
}

export default function SettingsPage() {
	const { groups, stopped } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Settings" />
			{stopped.length > 0 && (
				<Notice tone="warning" title="Another system does not hear from us">
					<ul>
						{stopped.map((each) => (
							<li key={each.to}>
								<Link to={each.to}>{each.name}</Link>: {each.says}
							</li>
						))}
					</ul>
				</Notice>
			)}
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
