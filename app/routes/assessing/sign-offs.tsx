import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { listSites } from '#db/queries/people.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import { listAwaitingSignOff } from '../../commands/awaiting-sign-off.ts';
import { signOffRefusalWords } from '../../domain/assessing.ts';
import { may } from '../../domain/authority.ts';
import { localDay, sayDay } from '../../domain/period.ts';
import { inProvider, requireAuthority } from '../../session.server.ts';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { DataTable } from '../../ui/table.tsx';

export const meta: MetaFunction = () => [{ title: 'Sign-offs – Countersign' }];

/** Who waits for nothing but the visitor's signature. */
export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'sign-off');
	return inProvider(visitor, async (tx) => {
		const sites = (await listSites(tx, visitor)).filter((site) => may(visitor.posts, 'sign-off', site.id));
		const waiting = await listAwaitingSignOff(
			tx,
			visitor,
			catalogue(),
			sites.map((site) => site.id),
			context.now,
		);
		return waiting.map(({ personId, name, siteId, privilege, standing, since, lastDay, refusal }) => {
			const site = sites.find((each) => each.id === siteId);
			return {
				to: `/people/${personId}/${site?.slug}/${privilege}/sign-off`,
				name,
				what: `${titles().privilege(privilege)}, ${site?.name}`,
				standing,
				since: sayDay(localDay(since)),
				remark: [
					lastDay ? `A renewal: signed off until ${sayDay(lastDay)}.` : '',
					refusal ? signOffRefusalWords[refusal] : '',
				]
					.filter(Boolean)
					.join(' '),
			};
		});
	});
}

export default function SignOffs() {
	const waiting = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Sign-offs" />
			{waiting.length ? (
				<>
					<p>They have done all that is asked. Look at the evidence, then sign off.</p>
					<DataTable
						caption="Whoever has waited longest stands first"
						head={['Who', 'What', 'Standing', 'Ready since', 'To know']}
						rows={waiting.map((each) => [
							<Link key={each.to} to={each.to}>
								{each.name}
							</Link>,
							each.what,
							<StandingTag key="standing" standing={each.standing} />,
							each.since,
							each.remark,
						])}
					/>
				</>
			) : (
				<Inset>Nobody is waiting for a sign-off at your sites. Whoever is ready shows here.</Inset>
			)}
		</>
	);
}
