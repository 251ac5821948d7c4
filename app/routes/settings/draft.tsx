import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation, useRevalidator } from '@remix-run/react';
import { useEffect } from 'react';
import { catalogue } from '../../catalogue.server.ts';
import { savePolicy } from '../../commands/setting-policy.ts';
import { fieldErrors, policyReasonForm, urgentReasonForm } from '../../domain/input.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { ChangeGroup } from '../../ui/change-group.tsx';
import { Button, ErrorSummary, LinkButton, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Progress } from '../../ui/progress.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readDraft, withDraft } from './read-draft.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Who would be affected, policy of ${data?.name ?? ''} – Countersign` },
];

/** Each time it is asked for, the next part of the staff is compared: a big provider's takes a while. */
export async function loader(args: LoaderFunctionArgs) {
	return readDraft(args);
}

const refusals = {
	'changed-since':
		'Somebody has saved another version since you looked. What you changed is kept: look at the new list below, then save again',
	'not-compared': 'The list is not complete yet. Wait for it, then save',
	'nothing-changed': 'This would change nothing any more: the numbers in force are already these',
} as const;

export async function action(args: ActionFunctionArgs) {
	return withDraft(args, async (tx, { visitor, draft, address }) => {
		const asked = draft.grace === 'P0D' ? urgentReasonForm : policyReasonForm;
		const form = asked.safeParse(Object.fromEntries(await args.request.formData()));
		const refuse = (errors: ReturnType<typeof fieldErrors>) => data({ errors, at: Date.now() }, { status: 422 });
		if (!form.success) return refuse(fieldErrors(form.error));
		const saved = await savePolicy(tx, visitor, catalogue(), draft.id, form.data);
		if (saved.ok) return redirect(`${address}?saved=${saved.version}`);
		if (saved.why === 'unknown-draft') throw notFound();
		if (saved.why === 'not-authorised') throw forbidden();
		return refuse([{ field: 'main', message: refusals[saved.why] }]);
	});
}

export default function DraftPage() {
	const draft = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title="Who would be affected"
				caption={`Policy of ${draft.name}`}
				back={{ to: draft.address, label: 'Policy' }}
			/>
			{draft.saved && (
				<Notice tone="success" title={`This has been saved as version ${draft.saved}`}>
					<p>
						<Link to={draft.address}>See the policy in force</Link>
					</p>
				</Notice>
			)}
			{draft.meanwhile && !draft.saved && (
				<Notice tone="plain" title={`Compared with version ${draft.meanwhile.version}, the newest`}>
					<p>
						{draft.meanwhile.by} saved it on {draft.meanwhile.when}: {draft.meanwhile.reason}
					</p>
				</Notice>
			)}
			{draft.numbers.length > 0 && (
				<DataTable
					caption="What you change"
					head={['Number', 'Now', 'New']}
					rows={draft.numbers.map((each) => [each.label, each.from, <strong key="to">{each.to}</strong>])}
				/>
			)}
			{!draft.saved && (
				<p>
					People have to do what is new: <strong>{draft.by.replace(/^[IA]/, (letter) => letter.toLowerCase())}</strong>.
				</p>
			)}
			{!draft.saved && (draft.done < draft.of ? <Comparing done={draft.done} of={draft.of} /> : <Affected />)}
			{!draft.saved && draft.done >= draft.of && (
				<Form method="post" noValidate>
					<TextAreaField
						name="reason"
						label={draft.urgent ? 'Why can it not wait?' : 'Why do you change this?'}
						hint="A few words, kept with this version for good. No names, and nothing about the people you support"
						maxLength={280}
						defaultValue={draft.reason}
						error={errors.find((each) => each.field === 'reason')?.message}
					/>
					<div className="actions">
						<Button disabled={busy}>{busy ? 'Saving…' : 'Save and put in force now'}</Button>
						<LinkButton kind="secondary" to={draft.address}>
							Do not change anything
						</LinkButton>
					</div>
				</Form>
			)}
		</>
	);
}

/** Asks for the next part by itself; without JavaScript the browser asks again every second. */
function Comparing({ done, of }: { done: number; of: number }) {
	const { revalidate, state } = useRevalidator();
	useEffect(() => {
		if (state === 'idle') revalidate();
	}, [state, revalidate]);
	return (
		<>
			<noscript>
				<meta httpEquiv="refresh" content="1" />
			</noscript>
			<p role="status">Working out where everybody would stand. This takes about a second for every 60 people.</p>
			<Progress done={done} of={of} label="people compared" />
		</>
	);
}

function Affected() {
	const draft = useLoaderData<typeof loader>();
	if (!draft.groups.length)
		return (
			<Notice tone="success" title="Nobody’s standing changes">
				<p>
					{draft.of} people were compared for every privilege, now and for as far ahead as is known. People in training
					may have more or less to do before they are signed off.
				</p>
			</Notice>
		);
	return (
		<>
			{draft.stopped > 0 && (
				<Notice tone="warning" title="This stops people at once">
					<p>
						{draft.stopped} {draft.stopped === 1 ? 'person loses' : 'people lose'} permission to act the moment you
						save. They are listed below. Who may still give medicines on the next round?
						{draft.urgent && ' If it can wait, go back and give people some days.'}
					</p>
				</Notice>
			)}
			{draft.firstStop && (
				<p>
					Whoever has done what is new by then carries on. The first who would have to stop may go on until the end of{' '}
					<strong>{draft.firstStop}</strong>.
				</p>
			)}
			<h2>Whose standing would change</h2>
			<ul>
				{draft.counts.map((line) => (
					<li key={line}>{line}</li>
				))}
			</ul>
			<p>
				{draft.of} people were compared, supposing that nothing else is recorded. As at {draft.comparedAt}.
			</p>
			{draft.groups.map((group) => (
				<ChangeGroup key={group.key} group={group} />
			))}
		</>
	);
}
