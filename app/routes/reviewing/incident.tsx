import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds } from '#db/queries/evidence.ts';
import { findIncident } from '#db/queries/incidents.ts';
import { titles } from '../../catalogue.server.ts';
import { listPartiesToIncident, lookAtIncident } from '../../commands/reporting-incidents.ts';
import { may } from '../../domain/authority.ts';
import { incidentWords, longestIncidentText, lookedAtForm, lookedAtRefusalWords } from '../../domain/incident.ts';
import { sayMoment } from '../../domain/period.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { readSent } from '../people/sent.server.ts';
import { readNames } from './names.server.ts';
import { type SitesPage, withSites } from './with-sites.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'An incident – Countersign' }];

/** The incident that an address names, at a site of the visitor's. */
async function incidentIn(tx: Tx, { visitor, siteIds }: SitesPage, params: Record<string, string | undefined>) {
	const id = z.uuid().safeParse(params.incident);
	const incident = id.success && (await findIncident(tx, { ...visitor, incidentId: id.data }));
	if (!incident) throw notFound();
	if (!siteIds.includes(incident.siteId)) throw forbidden();
	return incident;
}

export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, ['look-at-incidents'], async (tx, page) => {
		const { visitor, sites } = page;
		const incident = await incidentIn(tx, page, args.params);
		const { personId, privilege, siteId } = incident;
		const names = await readNames(tx, visitor.providerId, [personId, incident.lookedBy], sites);
		const slug = sites.find((site) => site.id === siteId)?.slug;
		const [pause] = await listEvidenceByIds(tx, { ...visitor, evidenceIds: [incident.id] });
		const cell = personId && privilege ? `/people/${personId}/${slug}/${privilege}` : null;
		return {
			id: incident.id,
			what: incidentWords[incident.kind],
			where: names.site(siteId),
			who: personId ? names.person(personId) : null,
			person: personId ? `/people/${personId}` : null,
			task: privilege ? titles().privilege(privilege) : null,
			cell,
			paused: pause ? names.privilege(pause) : null,
			happened: sayMoment(incident.happenedAt),
			received: `${sayMoment(incident.receivedAt)}, by ${incident.from}`,
			reference: incident.reference,
			text: incident.text,
			lookedAt: incident.lookedAt && `${sayMoment(incident.lookedAt)} by ${names.person(incident.lookedBy)}`,
			done: incident.done,
			longest: longestIncidentText,
			refusal:
				personId === visitor.personId
					? lookedAtRefusalWords.yourself
					: (await listPartiesToIncident(tx, visitor.providerId, incident)).includes(visitor.personId)
						? lookedAtRefusalWords.party
						: null,
			mayPause: cell !== null && !pause && personId !== visitor.personId && may(visitor.posts, 'pause', siteId),
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withSites(args, ['look-at-incidents'], async (tx, page) => {
		const { id: incidentId } = await incidentIn(tx, page, args.params);
		const { form, refusal, refuse } = await readSent(args.request, lookedAtForm);
		if (!form) return refusal;
		const looked = await lookAtIncident(tx, page.visitor, { incidentId, done: form.done, now: args.context.now });
		if (looked.ok) return redirect('/incidents');
		if (looked.why === 'unknown') throw notFound();
		if (looked.why === 'not-authorised') throw forbidden();
		return refuse([{ field: 'main', message: lookedAtRefusalWords[looked.why] }]);
	});
}

export default function IncidentPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading title={page.what} caption={page.where} back={{ to: '/incidents', label: 'Incidents' }} />
			<SummaryList
				rows={[
					{ key: 'When', value: page.happened },
					{
						key: 'Who',
						value: page.who && page.person ? <Link to={page.person}>{page.who}</Link> : 'Nobody is named',
					},
					...(page.task ? [{ key: 'Task', value: page.task }] : []),
					...(page.text ? [{ key: 'What was written', value: page.text }] : []),
					...(page.reference ? [{ key: 'Their reference', value: page.reference }] : []),
					{ key: 'Reported', value: page.received },
					...(page.lookedAt ? [{ key: 'Looked at', value: page.lookedAt }] : []),
					...(page.done ? [{ key: 'What was done', value: page.done }] : []),
				]}
			/>
			{!page.lookedAt && (
				<>
					{page.paused && (
						<Notice tone="plain" title={`${page.who} was paused at once: ${page.paused}, ${page.where}`}>
							<p>
								Your policy pauses at once when this is reported. The pause holds until a manager lifts it: the person’s
								page says whether it still does.
							</p>
						</Notice>
					)}
					<Inset>
						{!page.paused && 'Nothing has changed for anybody by itself. '}Was the person supported made safe, and was
						everybody told who must be? What in the work led to this: interruptions, staffing, labels, handover? Only
						then look at the person.
					</Inset>
					{page.cell && (
						<div className="actions">
							<LinkButton kind="secondary" to={page.cell}>
								{page.paused ? 'See the pause and the evidence' : 'See the evidence'}
							</LinkButton>
							{page.mayPause && (
								<LinkButton kind="secondary" to={`${page.cell}/pause?incident=${page.id}`}>
									Pause while we review
								</LinkButton>
							)}
						</div>
					)}
					<h2>What was done</h2>
					{page.refusal ? (
						<Notice tone="plain" title="You cannot decide this">
							<p>{page.refusal}</p>
						</Notice>
					) : (
						<Form method="post" noValidate>
							<TextAreaField
								name="done"
								label="What was done?"
								hint="Also what changes in how you work. Nothing about the people you support"
								maxLength={page.longest}
								defaultValue={refused?.sent.done}
								error={errors.find((each) => each.field === 'done')?.message}
							/>
							<Button disabled={busy}>{busy ? 'Saving…' : 'Save: I have looked at this'}</Button>
						</Form>
					)}
				</>
			)}
		</>
	);
}
