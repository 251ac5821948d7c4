import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { countSubjectMappings, listSubjectMappings } from '#db/queries/subjects.ts';
import { setOwnIds, setSubjectIds } from '../../commands/registering-clients.ts';
import { type ClientRefusal, clientRefusalWords } from '../../domain/client.ts';
import { type FieldError, fieldErrors } from '../../domain/input.ts';
import { mostMappings, readOwnIds, type SubjectIds, subjectIdsForm, subjectIdsWords } from '../../domain/subject.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { Button, Choices, ErrorSummary, LinkButton, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { withClient } from './read-clients.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `How ${data?.name ?? 'it'} calls people – Countersign` },
];

const mostShown = 100;

/** How a connected system calls people, and which of its own numbers is whom. */
export async function loader(args: LoaderFunctionArgs) {
	return withClient(args, async (tx, { visitor, client, mayChange }) => {
		const of = { providerId: visitor.providerId, clientId: client.id };
		const after = new URL(args.request.url).searchParams.get('after')?.replaceAll('\0', '') ?? '';
		const found = await listSubjectMappings(tx, { ...of, after, limit: mostShown + 1 });
		const shown = found.slice(0, mostShown);
		return {
			id: client.id,
			name: client.name,
			subjectIds: client.subjectIds,
			mayChange,
			count: await countSubjectMappings(tx, of),
			rows: shown.map((each) => ({ ownId: each.ownId, staffCode: each.staffCode })),
			after,
			next: found.length > mostShown ? (shown.at(-1)?.ownId ?? null) : null,
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withClient(args, async (tx, { visitor, client, mayChange }) => {
		if (!mayChange) throw forbidden();
		const body = await args.request.formData();
		const sent = Object.fromEntries([...body].map(([name, value]) => [name, String(value)])) as Record<string, string>;
		const refuse = (errors: FieldError[]) => data({ errors, sent, at: Date.now() }, { status: 422 });
		const settle = (done: { ok: true } | { ok: false; why: string }) => {
			if (done.ok) return redirect(`/settings/clients/${client.id}/people`);
			if (done.why === 'not-authorised') throw forbidden();
			if (done.why === 'unknown-client') throw notFound();
			return refuse([{ field: 'main', message: clientRefusalWords[done.why as ClientRefusal] }]);
		};
		if (sent.intent === 'set-kind') {
			const form = subjectIdsForm.safeParse(sent);
			if (!form.success) return refuse(fieldErrors(form.error));
			return settle(await setSubjectIds(tx, visitor, client.id, form.data));
		}
		if (sent.intent === 'set-own-ids') {
			const read = readOwnIds(sent.ownIds ?? '');
			if (!read.ok) return refuse([{ field: 'ownIds', message: read.message }]);
			const done = await setOwnIds(tx, visitor, client.id, read.ownIds);
			if (done.ok || done.why !== 'unknown-staff' || !('staffCodes' in done)) return settle(done);
			const unknown = done.staffCodes.slice(0, 10).join(', ');
			return refuse([{ field: 'ownIds', message: `Nothing was saved: nobody has the staff code ${unknown}` }]);
		}
		return refuse([{ field: 'main', message: 'Open the page again: something was missing' }]);
	});
}

export default function ClientPeoplePage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	const own = page.subjectIds === 'own';
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title="How it calls people"
				caption={page.name}
				back={{ to: `/settings/clients/${page.id}`, label: page.name }}
			/>
			{page.mayChange ? (
				<Form method="post" noValidate>
					<input type="hidden" name="intent" value="set-kind" />
					<Choices
						kind="radio"
						name="subjectIds"
						legend="How does it call people when it asks?"
						hint="It is answered, and told of changes, in the same words. Agree this with its maker first: from the moment you save, any other name is nobody, and the answer is no"
						options={Object.entries(subjectIdsWords).map(([value, label]) => ({ value, label }))}
						defaultValue={refused?.sent.subjectIds ?? page.subjectIds}
						error={errorOf('subjectIds')}
					/>
					<Button kind="secondary" disabled={busy}>
						Save how it calls people
					</Button>
				</Form>
			) : (
				<Inset>
					{subjectIdsWords[page.subjectIds as SubjectIds]}. Only somebody who is manager of every site can change this.
				</Inset>
			)}
			<h2>Its own numbers</h2>
			{!own && (
				<Inset>
					It does not use numbers of its own now.{' '}
					{page.count ? 'Those below wait until it does.' : 'You can list them before you change over.'}
				</Inset>
			)}
			{own && !page.count && <Inset>Nobody is listed yet, so every answer is no. List your people below.</Inset>}
			{page.rows.length > 0 && (
				<DataTable
					caption={`${page.count.toLocaleString('en-GB')} in all, in the order of its numbers`}
					head={['Its number', 'Staff code']}
					rows={page.rows.map((each) => [each.ownId, each.staffCode])}
				/>
			)}
			{(page.next || page.after) && (
				<div className="actions">
					{page.next && (
						<LinkButton kind="secondary" to={`?after=${encodeURIComponent(page.next)}`}>
							The next {mostShown}
						</LinkButton>
					)}
					{page.after && (
						<LinkButton kind="secondary" to="?">
							From the start
						</LinkButton>
					)}
				</div>
			)}
			{page.mayChange && (
				<Form method="post" noValidate>
					<input type="hidden" name="intent" value="set-own-ids" />
					<TextAreaField
						name="ownIds"
						label="Add, change or take away"
						hint={`One a line: its number, a comma, your staff code. Paste from a spreadsheet if you like, at most ${mostMappings} lines. Without a staff code the number is taken away`}
						rows={6}
						spellCheck={false}
						defaultValue={refused?.sent.ownIds}
						error={errorOf('ownIds')}
					/>
					<Button kind="secondary" disabled={busy}>
						Save these numbers
					</Button>
				</Form>
			)}
		</>
	);
}
