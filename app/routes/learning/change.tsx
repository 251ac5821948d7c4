import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { catalogue, contentTitle } from '../../catalogue.server.ts';
import {
	acknowledge,
	askedAgain,
	findContent,
	newsSince,
	readFor,
	readRefusalWords,
	workplaces,
} from '../../commands/acknowledging.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { presentFor } from '../../domain/evidence.ts';
import { lastDayBefore, localDay, sayDay } from '../../domain/period.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `What is new: ${data?.title ?? ''} – Countersign` },
];

/** What is new in a module, quiz, form or privilege since the learner was signed off or had begun. */
export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const { providerId, personId } = visitor;
	const content = findContent(catalogue(), params.kind ?? '', params.slug ?? '');
	if (!content) throw notFound();
	return inProvider(visitor, async (tx) => {
		const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
		const present = presentFor(evidence, context.now);
		const posts = await workplaces(tx, visitor);
		const rules = await rulesBySite(tx, providerId, catalogue());
		const again = askedAgain(rules, evidence, posts, present).filter((each) => {
			const read = readFor(each);
			return read?.kind === content.kind && read.slug === content.slug;
		});
		const [asked] = again;
		const overdue = asked && asked.recheck.dueBy <= present;
		return {
			id: uuidv7(),
			openedAt: present.toISOString(),
			title: contentTitle(content.kind, content.slug),
			module: content.kind === 'module' ? content.slug : null,
			news: newsSince(catalogue(), evidence, posts, content, present, again).map((change) => ({
				version: change.version,
				says: change.says,
				since: sayDay(localDay(change.inForceFrom)),
			})),
			asked: asked
				? { overdue: overdue === true, dueBy: sayDay(lastDayBefore(asked.recheck.dueBy)), again: !asked.recheck.change }
				: null,
		};
	});
}

const readForm = z.object({ id: z.uuid(), openedAt: z.iso.datetime() });

/** "I have read this." */
export async function action({ context, request, params }: ActionFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const [kind, slug] = [params.kind ?? '', params.slug ?? ''];
	if (!findContent(catalogue(), kind, slug)) throw notFound();
	const refuse = (message: string) => data({ errors: [{ field: 'read', message }], at: Date.now() }, { status: 422 });
	const form = readForm.safeParse(Object.fromEntries(await request.formData()));
	if (!form.success) return refuse('Please look at the page again, then press the button');
	const given = { id: form.data.id, openedAt: new Date(form.data.openedAt), kind, slug, now: context.now };
	const read = await inProvider(visitor, (tx) => acknowledge(tx, visitor, catalogue(), given));
	if (read.ok) return redirect('/induction');
	if (read.why === 'unknown-content') throw notFound();
	return refuse(readRefusalWords[read.why]);
}

export default function ChangePage() {
	const change = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	return (
		<>
			<ErrorSummary key={refused?.at} errors={refused?.errors ?? []} />
			<Heading title="What is new" caption={change.title} back={{ to: '/induction', label: 'My induction' }} />
			{change.news.map((each) => (
				<section key={each.version}>
					<h2>
						Version {each.version}, since {each.since}
					</h2>
					<p className="lead">{each.says}</p>
				</section>
			))}
			{change.news.length === 0 && (
				<Inset>
					{change.asked
						? 'Nothing here is new. Before you carry on, look through your modules again: you have been away, or we have looked at something together.'
						: 'Nothing is new here for you. There is nothing you have to do.'}
				</Inset>
			)}
			{change.module && (
				<p>
					<LinkButton kind="secondary" to={`/modules/${change.module}`}>
						Open the module
					</LinkButton>
				</p>
			)}
			{change.asked ? (
				<>
					<p>
						{change.asked.overdue
							? 'Read this before you carry on.'
							: `Please read this by the end of ${change.asked.dueBy}. Until then it stops nothing.`}
					</p>
					<Form method="post">
						<input type="hidden" name="id" value={change.id} />
						<input type="hidden" name="openedAt" value={change.openedAt} />
						<Button id="read" disabled={busy}>
							{busy ? 'Saving…' : 'I have read this'}
						</Button>
					</Form>
				</>
			) : (
				<LinkButton to="/induction">Back to my induction</LinkButton>
			)}
		</>
	);
}
