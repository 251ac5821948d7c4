import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { z } from 'zod';
import { listColleagues, listPeopleByIds } from '#db/queries/people.ts';
import { listOpenRounds } from '#db/queries/rounds.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import { catalogue } from '../../catalogue.server.ts';
import { startRound } from '../../commands/assessing.ts';
import { holdsBy, roundRefusalWords } from '../../domain/assessing.ts';
import { may } from '../../domain/authority.ts';
import { localDay, sayMoment } from '../../domain/period.ts';
import { privilegeCodes, requirementOf, roleWords } from '../../domain/privilege.ts';
import type { Standing } from '../../domain/rules.ts';
import { forbidden, inProvider, requireAuthority } from '../../session.server.ts';
import { Button, ErrorSummary, SelectField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset } from '../../ui/notice.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { DataTable } from '../../ui/table.tsx';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Observe – Countersign' }];

/** Who is shown by themselves: whoever needs a round most stands first. Anybody else can be chosen by name. */
const order: Standing[] = ['supervised', 'ready-to-observe', 'expired', 'due-soon'];

export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'observe');
	const { providerId, personId } = visitor;
	const watched = [...catalogue().privileges.values()].filter(({ body }) => requirementOf(body, 'observation'));
	const posts = visitor.posts.filter((post) => post.siteId && may([post], 'observe'));
	const onDay = localDay(context.now);
	return inProvider(visitor, async (tx) => {
		const sites = [];
		for (const { siteId, siteName } of posts) {
			const site = siteId as string;
			const standings = await listStandingsNow(tx, { providerId, siteId: site });
			const colleagues = await listColleagues(tx, { providerId, siteId: site, onDay });
			const mine = (code: string) =>
				standings.some((each) => each.personId === personId && each.privilege === code && holdsBy(each.code));
			const roles = visitor.posts.flatMap((post) => (!post.siteId || post.siteId === site ? post.role : []));
			const allowed = watched.filter(({ body }) => {
				const by = requirementOf(body, 'observation')?.by;
				return mine('assess') && mine(body.code) && (!by || by.some((role) => roles.includes(role)));
			});
			const learners = allowed
				.flatMap(({ body }) =>
					colleagues.flatMap((each) => {
						const theirs = standings.find((other) => other.personId === each.id && other.privilege === body.code);
						if (!theirs || each.id === personId || !order.includes(theirs.standing)) return [];
						return [
							{
								personId: each.id,
								name: `${each.givenName} ${each.familyName}`,
								role: roleWords[each.role],
								privilege: body.code,
								privilegeTitle: body.title,
								standing: theirs.standing,
							},
						];
					}),
				)
				.sort((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing) || a.name.localeCompare(b.name));
			sites.push({
				siteId: site,
				name: siteName ?? '',
				assesses: mine('assess'),
				learners,
				privileges: allowed.map(({ body }) => ({ value: body.code, label: body.title })),
				people: colleagues
					.filter((each) => each.id !== personId)
					.map((each) => ({ value: each.id, label: `${each.givenName} ${each.familyName}` })),
			});
		}
		const open = await listOpenRounds(tx, { providerId, assessorId: personId });
		const names = await listPeopleByIds(tx, { providerId, personIds: open.map((each) => each.learnerId) });
		return {
			sites,
			open: open.map((each) => ({
				id: each.id,
				learner: names.get(each.learnerId)?.givenName ?? 'Somebody',
				startedAt: sayMoment(each.startedAt),
			})),
		};
	});
}

const startForm = z.object({ learnerId: z.uuid(), siteId: z.uuid(), privilege: z.enum(privilegeCodes) });

/** Begins a round. */
export async function action({ context, request }: ActionFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'observe');
	const form = startForm.safeParse(Object.fromEntries(await request.formData()));
	const refuse = (message: string) => data({ errors: [{ field: 'main', message }], at: Date.now() }, { status: 422 });
	if (!form.success) return refuse('Choose who you will watch from the list');
	if (!may(visitor.posts, 'observe', form.data.siteId)) throw forbidden();
	const started = await inProvider(visitor, (tx) => startRound(tx, visitor, catalogue(), form.data, context.now));
	if (started.ok) return redirect(`/rounds/${started.roundId}`);
	return refuse(roundRefusalWords[started.why]);
}

export default function Rounds() {
	const { sites, open } = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	return (
		<>
			<ErrorSummary key={refused?.at} errors={refused?.errors ?? []} />
			<Heading title="Observe a round" />
			{open.length > 0 && (
				<section aria-labelledby="open">
					<h2 id="open">Not yet signed</h2>
					<ul>
						{open.map(({ id, learner, startedAt }) => (
							<li key={id}>
								<Link to={`/rounds/${id}`}>
									Round with {learner}, begun {startedAt}
								</Link>
							</li>
						))}
					</ul>
				</section>
			)}
			{sites.map((site) => (
				<section key={site.siteId} aria-labelledby={site.siteId}>
					<h2 id={site.siteId}>Who you can watch at {site.name}</h2>
					{!site.assesses ? (
						<Inset>
							You are not signed off to assess at {site.name} today. Ask your manager if you think you should be.
						</Inset>
					) : site.learners.length === 0 ? (
						<Inset>Nobody here needs to be watched for anything you may assess.</Inset>
					) : (
						<DataTable
							caption="Whoever needs a round most stands first"
							head={['Name', 'For', 'Standing', 'Round']}
							rows={site.learners.map((each) => [
								<span key="name">
									{each.name}
									<span className="hint"> {each.role}</span>
								</span>,
								each.privilegeTitle,
								<StandingTag key="standing" standing={each.standing} />,
								<Form method="post" key="start">
									<input type="hidden" name="learnerId" value={each.personId} />
									<input type="hidden" name="siteId" value={site.siteId} />
									<input type="hidden" name="privilege" value={each.privilege} />
									<Button kind="secondary" disabled={busy}>
										Start
										<span className="visually-hidden">
											{' '}
											a round with {each.name}: {each.privilegeTitle}
										</span>
									</Button>
								</Form>,
							])}
						/>
					)}
					{site.privileges.length > 0 && (
						<Details summary="Watch somebody else">
							<Form method="post">
								<input type="hidden" name="siteId" value={site.siteId} />
								<SelectField name="learnerId" label="Who?" blank="Choose a colleague" options={site.people} />
								<SelectField name="privilege" label="For what?" blank="Choose a privilege" options={site.privileges} />
								<Button kind="secondary" disabled={busy}>
									Start the round
								</Button>
							</Form>
						</Details>
					)}
				</section>
			))}
		</>
	);
}
