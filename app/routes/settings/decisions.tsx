import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Form, Link, useLoaderData } from '@remix-run/react';
import { z } from 'zod';
import { askedLately, listRefusals, mostRefusals } from '#db/queries/decisions.ts';
import { findPersonByStaffCode, listSites } from '#db/queries/people.ts';
import { listClientNames } from '#db/queries/webhooks.ts';
import { mayEverywhere } from '../../domain/authority.ts';
import { isoDate } from '../../domain/content.ts';
import type { Refusals } from '../../domain/logged-decision.ts';
import { addDays, endOfDay, localDay, sayDay, sayMoment, startOfDay } from '../../domain/period.ts';
import { sayHour, sayRefusal, sayTimes } from '../../domain/refusal.ts';
import { AskedLately } from '../../ui/asked-lately.tsx';
import { Button, DateField, SelectField, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { readNames } from '../reviewing/names.server.ts';
import { withSites } from '../reviewing/with-sites.server.ts';
import { sayAsked } from './say-asked.server.ts';

export const meta: MetaFunction = () => [{ title: 'Refused questions – Countersign' }];

const asked = z.object({
	day: isoDate.catch(''),
	site: z.string().max(200).catch(''),
	person: z.string().trim().max(200).catch(''),
});

const daysShown = 7;

/** What other systems asked about people at the visitor's sites and were refused, the most recent first. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, ['see-decisions'], async (tx, { visitor, sites }) => {
		const { providerId } = visitor;
		const { now } = args.context;
		const query = asked.parse(Object.fromEntries(new URL(args.request.url).searchParams));
		const today = localDay(now);
		const first = query.day || addDays(today, 1 - daysShown);
		const person = query.person ? await findPersonByStaffCode(tx, { providerId, staffCode: query.person }) : null;
		const chosen = query.site ? sites.filter((site) => site.slug === query.site) : sites;
		const everySite = (await listSites(tx, { providerId })).map((site) => site.id);
		const refusals =
			query.person && !person
				? []
				: await listRefusals(tx, {
						providerId,
						from: startOfDay(first),
						until: endOfDay(query.day || today),
						siteIds: chosen.map((site) => site.id),
						nowhere: !query.site && mayEverywhere(visitor.posts, 'see-decisions', everySite),
						personId: person?.id,
					});
		const names = await readNames(
			tx,
			providerId,
			refusals.map((each) => each.personId),
			sites,
		);
		const sentence = (each: Refusals) => {
			const { who, what, where } = sayAsked(each, names);
			return `${who} was asked about ${sayTimes(each.count)} ${sayHour(each.hour, now)}, for “${what}” at ${where}, and refused: ${sayRefusal(each.code)}.`;
		};
		const lately = await askedLately(tx, { providerId, since: new Date(now.getTime() - 86_400_000) });
		const systems = await listClientNames(tx, { providerId });
		return {
			today,
			query,
			sites: sites.map((site) => ({ value: site.slug, label: site.name })),
			period: query.day ? `On ${sayDay(query.day)}` : `The last ${daysShown} days`,
			unknownPerson: query.person !== '' && !person,
			lately: [...lately].map(([id, { asked, refused, lastAt }]) => ({
				id,
				name: systems.find((each) => each.id === id)?.name ?? id,
				asked,
				refused,
				last: sayMoment(lastAt),
			})),
			filtered: Boolean(query.day || query.site || query.person),
			most: refusals.length === mostRefusals ? mostRefusals : null,
			refusals: refusals.map((each) => ({ id: each.lastEvaluationId, sentence: sentence(each) })),
		};
	});
}

export default function DecisionsPage() {
	const { today, query, sites, period, unknownPerson, filtered, most, refusals, lately } =
		useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Refused questions" caption={period} back={{ to: '/settings', label: 'Settings' }} />
			<p>Other systems ask here before somebody acts. These are the questions that were answered with no.</p>
			<Form method="get" key={JSON.stringify(query)}>
				<DateField name="day" label="Day" hint="Left empty: the last 7 days" max={today} defaultValue={query.day} />
				<SelectField name="site" label="Site" options={sites} blank="All my sites" defaultValue={query.site} />
				<TextField
					name="person"
					label="Staff code"
					hint="Left empty: everybody"
					error={unknownPerson ? 'Nobody has this staff code. Check it, or leave it empty.' : undefined}
					defaultValue={query.person}
					autoCapitalize="none"
					spellCheck={false}
				/>
				<Button>Show</Button>
			</Form>
			{filtered && (
				<p>
					<Link to="/settings/decisions">Show everything of the last 7 days</Link>
				</p>
			)}
			<h2>{period}, newest first</h2>
			{most && (
				<Inset>Only the newest {most} lines are shown. Choose a day, a site or a person to see the others.</Inset>
			)}
			{refusals.length ? (
				<ul className="sentences">
					{refusals.map((each) => (
						<li key={each.id}>
							{each.sentence}{' '}
							<Link to={`/settings/decisions/${each.id}`}>
								How this came about<span className="visually-hidden">: {each.sentence}</span>
							</Link>
						</li>
					))}
				</ul>
			) : (
				<Inset>
					Nobody was refused.{' '}
					{filtered
						? 'Choose another day, site or person, or show everything.'
						: 'When another system asks about somebody and the answer is no, it stands here. You have nothing to do.'}
				</Inset>
			)}
			<h2>Who asks</h2>
			<AskedLately rows={lately} />
		</>
	);
}
