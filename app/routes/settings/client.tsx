import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { mostSecrets, type Scope, scopeWords } from '../../domain/client.ts';
import type { FieldError } from '../../domain/input.ts';
import { type SubjectIds, subjectIdsWords } from '../../domain/subject.ts';
import { ClientAsked } from '../../ui/client-asked.tsx';
import { HowToSign, NewSecret } from '../../ui/client-credentials.tsx';
import { AllowanceForm, type FormState, KeysForm, SecretForms, SwitchForm } from '../../ui/client-forms.tsx';
import { CopiesNotice } from '../../ui/copies-notice.tsx';
import { ErrorSummary } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset, Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readCopies } from '../copies.server.ts';
import { changeClient } from './change-client.server.ts';
import { readAsked } from './read-asked.server.ts';
import { originOf, readClient, withClient } from './read-clients.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.name ?? ''} – Countersign` }];

export async function loader(args: LoaderFunctionArgs) {
	return withClient(args, async (tx, page) => ({
		...(await readClient(tx, page)),
		asked: await readAsked(tx, page.client, args.context.now),
		mayChange: page.mayChange,
		copies: await readCopies(tx),
		origin: originOf(args.request),
	}));
}

export async function action(args: ActionFunctionArgs) {
	return changeClient(args);
}

export default function ClientPage() {
	const page = useLoaderData<typeof loader>();
	const answer = useActionData<typeof action>();
	const errors: FieldError[] = answer?.errors ?? [];
	const { mayChange } = page;
	const state: FormState = {
		mayChange,
		busy: useNavigation().state !== 'idle',
		sent: answer?.sent ?? null,
		errorOf: (field) => errors.find((each) => each.field === field)?.message,
	};
	return (
		<>
			<ErrorSummary key={answer?.at} errors={errors} />
			<Heading
				title={page.name}
				caption="Connected system"
				back={{ to: '/settings/clients', label: 'Connected systems' }}
			/>
			{answer?.secret && <NewSecret clientId={page.id} secret={answer.secret} origin={page.origin} />}
			<CopiesNotice {...page.copies} />
			{page.off && (
				<Notice tone="warning" title="Switched off: it is told nothing">
					<p>
						By {page.off.by} on {page.off.when}: {page.off.reason}
					</p>
				</Notice>
			)}
			{!mayChange && <Inset>Only somebody who is manager of every site can change this.</Inset>}
			<SummaryList
				rows={[
					{ key: 'Client id', value: <code>{page.id}</code> },
					{ key: 'May ask', value: <ScopeList scopes={page.scopes} /> },
					{
						key: 'How much',
						value: `${page.perSecond.toLocaleString('en-GB')} questions a second, ${page.burst.toLocaleString('en-GB')} at once`,
					},
					{
						key: 'Calls people',
						value: (
							<>
								{subjectIdsWords[page.subjectIds as SubjectIds]}.{' '}
								<Link to={`/settings/clients/${page.id}/people`}>See or change</Link>
							</>
						),
					},
					{ key: 'Registered', value: page.registered },
				]}
			/>
			<ClientAsked {...page.asked} />
			<SecretForms {...state} secrets={page.secrets} full={page.secrets.length >= mostSecrets} />
			<KeysForm {...state} keys={page.keys} />
			<HowToSign clientId={page.id} origin={page.origin} />
			{mayChange && <AllowanceForm {...state} scopes={page.scopes} perSecond={page.perSecond} burst={page.burst} />}
			{mayChange && <SwitchForm {...state} off={page.off !== null} />}
			{page.changes.length > 0 && (
				<Details summary={`What was changed (${page.changes.length})`}>
					<DataTable
						caption="The newest first, at most fifty"
						head={['When', 'What', 'By', 'Detail']}
						rows={page.changes.map((each) => [each.when, each.what, each.by, each.detail])}
					/>
				</Details>
			)}
		</>
	);
}

function ScopeList({ scopes }: { scopes: string[] }) {
	return (
		<ul>
			{scopes.map((scope) => (
				<li key={scope}>{scopeWords[scope as Scope] ?? scope}</li>
			))}
		</ul>
	);
}
