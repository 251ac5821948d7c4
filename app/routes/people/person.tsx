import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Form, Link, useLoaderData } from '@remix-run/react';
import { sayDay } from '../../domain/period.ts';
import { Button, DateField, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset } from '../../ui/notice.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readPerson } from './read-person.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.name ?? 'Person'} – Countersign` }];

export async function loader(args: LoaderFunctionArgs) {
	return readPerson(args);
}

export default function PersonPage() {
	const person = useLoaderData<typeof loader>();
	return (
		<>
			<Heading
				title={person.name}
				caption={person.staffCode}
				back={person.own ? { to: '/', label: 'Back' } : { to: '/matrix', label: 'Matrix' }}
			/>
			<SummaryList rows={person.employments} />
			<Details summary="As at another day">
				<Form method="get" key={JSON.stringify(person.asked)}>
					<DateField
						name="at"
						label="As at the end of"
						hint="What was true on that day, by all we know now"
						max={person.today}
						defaultValue={person.asked.at}
					/>
					<DateField
						name="known"
						label="As known at the end of"
						hint="Leaves out what was recorded later"
						max={person.today}
						defaultValue={person.asked.known}
					/>
					<Button>Show</Button>
				</Form>
			</Details>
			{person.past && (
				<Inset>
					As at the end of {sayDay(person.asked.at)}, as known at the end of {sayDay(person.asked.known)}.{' '}
					<Link to={person.address}>Back to today</Link>
				</Inset>
			)}
			{person.mayRecord && (
				<div className="actions">
					<LinkButton to={`${person.address}/records`} kind="secondary">
						Add to the record
					</LinkButton>
				</div>
			)}
			<DataTable
				caption={person.past ? 'Standing then' : 'Standing today'}
				head={['Privilege', 'Site', 'Standing']}
				rows={person.standings.map((each) => [
					<Link key="to" to={each.to}>
						{each.title}
					</Link>,
					each.site,
					<StandingTag key="standing" standing={each.standing} until={each.until ?? undefined} />,
				])}
			/>
			<DataTable
				caption="All evidence, newest first"
				head={['What', 'About', 'Happened', 'Recorded', 'By', ...(person.mayRecord ? ['Put right'] : [])]}
				rows={person.evidence.map((each) => [
					each.to ? (
						<Link key={each.id} to={each.to}>
							{each.what}
						</Link>
					) : (
						each.what
					),
					each.about,
					each.observedAt,
					each.superseded ? `${each.recordedAt}. Taken back or corrected since` : each.recordedAt,
					each.by,
					...(person.mayRecord
						? [
								each.correctable && (
									<Link key="correct" to={`${person.address}/evidence/${each.id}/retraction`}>
										Put right<span className="visually-hidden"> {each.what}</span>
									</Link>
								),
							]
						: []),
				])}
			/>
			{person.mayPack && (
				<>
					<h2>Take it with you</h2>
					<p>
						A pack holds all evidence of {person.name}, signed, for the checker on the ledger page. Their name and the
						notes are left out.
					</p>
					<Form method="post" action="/ledger/pack" reloadDocument>
						<input type="hidden" name="person" value={person.id} />
						<Button kind="secondary">Download a pack</Button>
					</Form>
				</>
			)}
			{person.mayAsk && (
				<p>
					<Link to={`/settings/decisions?person=${person.staffCode}`}>Questions that were refused</Link>
				</p>
			)}
			{person.mayKeepName && (
				<p>
					<Link to={`${person.address}/name`}>How long this name is kept</Link>
				</p>
			)}
		</>
	);
}
