import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Form, Link, useLoaderData } from '@remix-run/react';
import { may } from '../../domain/authority.ts';
import { sayDay } from '../../domain/period.ts';
import { roleWords } from '../../domain/privilege.ts';
import { standings } from '../../domain/rules.ts';
import { Button, DateField, SelectField, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { matrixHtml } from '../../ui/matrix.ts';
import { Details, Inset } from '../../ui/notice.tsx';
import { StandingTag, standingWords } from '../../ui/standing.tsx';
import { TableScroll } from '../../ui/table.tsx';
import { readMatrix } from './read-matrix.server.ts';

export const handle = { wide: true };

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Matrix of ${data?.site ?? ''} – Countersign` },
];

export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const { visitor, site, sites, asked, today, every, privileges, roles, staff, rows } = await readMatrix(
		context,
		request,
		params.site,
	);
	const competent = privileges.map(
		(_, place) => rows.filter(({ cells }) => ['competent', 'due-soon'].includes(cells[place]?.standing ?? '')).length,
	);
	const when = asked.at === today ? 'today' : `on ${sayDay(asked.at)}`;
	const knew = asked.known === today ? '' : `, as it was known on ${sayDay(asked.known)}`;
	return {
		site: site.name,
		slug: site.slug,
		sites: sites.map(({ slug, name }) => ({ slug, name })),
		asked,
		today,
		title: `Who was competent ${when}${knew}`.replace('was competent today', 'is competent today'),
		roles: roles.map((role) => ({ value: role, label: roleWords[role] })),
		shown: rows.length,
		signs: may(visitor.posts, 'sign-off', site.id),
		staff,
		privileges: every.map(({ code, title }) => ({ value: code, label: title })),
		query: new URL(request.url).search,
		html: rows.length
			? matrixHtml(rows, privileges, {
					competent,
					siteSlug: site.slug,
					caption: `${site.name}, ${when}${knew}`,
					opens: may(visitor.posts, 'see-evidence', site.id),
				})
			: null,
	};
}

export default function MatrixPage() {
	const matrix = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title={matrix.site} caption="Matrix" />
			<p className="lead">{matrix.title}</p>
			{matrix.sites.length > 1 && (
				<p>
					Other sites:{' '}
					{matrix.sites
						.filter((each) => each.slug !== matrix.slug)
						.map((each, place) => (
							<span key={each.slug}>
								{place > 0 && ', '}
								<Link to={`/sites/${each.slug}/matrix`}>{each.name}</Link>
							</span>
						))}
				</p>
			)}
			<Details summary="Another day, a privilege, a role or a name">
				<Form method="get" key={matrix.query}>
					<DateField
						name="at"
						label="As at the end of"
						hint="What was true on that day, by all we know now"
						max={matrix.today}
						defaultValue={matrix.asked.at}
					/>
					<DateField
						name="known"
						label="As known at the end of"
						hint="Leaves out what was recorded later"
						max={matrix.today}
						defaultValue={matrix.asked.known}
					/>
					<SelectField
						name="privilege"
						label="Privilege"
						hint="One alone fits on a phone"
						blank="Every privilege"
						options={matrix.privileges}
						defaultValue={matrix.asked.privilege}
					/>
					<SelectField
						name="role"
						label="Role"
						blank="Every role"
						options={matrix.roles}
						defaultValue={matrix.asked.role}
					/>
					<SelectField
						name="standing"
						label="Standing"
						hint="Everybody who stands so on something"
						blank="Every standing"
						options={standings.map((value) => ({ value, label: standingWords[value] }))}
						defaultValue={matrix.asked.standing}
					/>
					<TextField name="name" label="Name" width={20} autoComplete="off" defaultValue={matrix.asked.name} />
					<div className="actions">
						<Button>Show</Button>
						<Link to={`/sites/${matrix.slug}/matrix`}>Back to today, everybody</Link>
					</div>
				</Form>
			</Details>
			{matrix.signs && (
				<p>
					<Link to="/sign-offs">See who waits for your sign-off</Link>
				</p>
			)}
			<p>
				{matrix.shown === matrix.staff ? `${matrix.staff} people` : `${matrix.shown} of ${matrix.staff} people`}. The
				number under each heading says how many of them are competent.
			</p>
			{matrix.html ? (
				<TableScroll label={`Matrix of ${matrix.site}`}>
					{/* biome-ignore lint/security/noDangerouslySetInnerHtml: built with every value escaped, see ui/matrix.ts */}
					<div dangerouslySetInnerHTML={{ __html: matrix.html }} />
				</TableScroll>
			) : (
				<Inset>Nobody fits. Try another day, or take a filter out.</Inset>
			)}
			<div className="actions">
				<a className="button button-secondary" href={`/sites/${matrix.slug}/matrix.csv${matrix.query}`} download>
					Download as CSV
				</a>
			</div>
			<Details summary="What the words and shapes mean">
				<ul className="plain-list">
					{standings.map((standing) => (
						<li key={standing}>
							<StandingTag standing={standing} /> {meanings[standing]}
						</li>
					))}
				</ul>
			</Details>
		</>
	);
}

const meanings: Record<(typeof standings)[number], string> = {
	'not-required': 'Not asked of this role.',
	'not-started': 'Asked of this role, nothing done yet.',
	'in-training': 'Reading, quiz or rounds have begun.',
	'ready-to-observe': 'Reading and quiz are done; rounds are still to come.',
	'ready-for-sign-off': 'Everything is done; a manager still has to sign it off.',
	supervised: 'May act only together with a competent colleague.',
	competent: 'Watched, signed off and in date. May act alone.',
	'due-soon': 'Competent still, and to be renewed soon.',
	expired: 'The sign-off has run out, or what is asked again was not done in time. May not act alone.',
	paused: 'Stopped while something is reviewed, or while something it rests on does not hold. Not a judgement.',
	withdrawn: 'The sign-off has been taken back.',
};
