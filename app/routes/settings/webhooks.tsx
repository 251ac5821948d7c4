import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { database } from '#db/client.server.ts';
import { listClientNames, listEndpoints } from '#db/queries/webhooks.ts';
import { addEndpoint, type EndpointRefusal, mostEndpoints } from '../../commands/connecting.ts';
import { config } from '../../config.server.ts';
import { competencyEventTypes, eventWords } from '../../domain/event.ts';
import { type FieldError, fieldErrors } from '../../domain/input.ts';
import { webhookForm } from '../../domain/webhook.ts';
import { EndpointTag } from '../../ui/endpoint-state.tsx';
import { Button, Choices, ErrorSummary, SelectField, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { sayEndpoint } from './endpoint-words.server.ts';
import { withWebhooks } from './with-webhooks.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Webhooks – Countersign' }];

/** Where other systems are told of what changes. */
export async function loader(args: LoaderFunctionArgs) {
	return withWebhooks(args, async (tx, visitor) => {
		const endpoints = await listEndpoints(tx, visitor);
		return {
			id: uuidv7(),
			endpoints: endpoints.map((each) => ({
				id: each.id,
				name: each.name,
				url: each.url,
				state: sayEndpoint(each, args.context.now),
			})),
			clients: await listClientNames(tx, visitor),
			types: competencyEventTypes.map((type) => ({ value: type, label: eventWords[type], hint: type })),
		};
	});
}

const refusalWords: Record<EndpointRefusal, FieldError> = {
	'not-https': { field: 'url', message: 'The address must begin with https://' },
	'with-password': { field: 'url', message: 'Leave name and password out of the address' },
	'private-address': { field: 'url', message: 'This address is in a private network. Ask for one on the internet' },
	'unknown-client': { field: 'client', message: 'Choose one of the systems in the list' },
	'too-many': { field: 'main', message: `There are ${mostEndpoints} already. Use one of them` },
};

export async function action(args: ActionFunctionArgs) {
	return withWebhooks(args, async (tx, visitor) => {
		const body = await args.request.formData();
		const text = (name: string) => String(body.get(name) ?? '');
		const types = body.getAll('types').map(String);
		const sent = { id: text('id'), name: text('name'), url: text('url'), client: text('client'), types };
		const refuse = (errors: FieldError[]) => data({ errors, sent, at: Date.now() }, { status: 422 });
		const form = webhookForm.safeParse(sent);
		if (!form.success) return refuse(fieldErrors(form.error));
		const { client, ...given } = form.data;
		const added = await addEndpoint(
			tx,
			visitor,
			{ ...given, clientId: client || null },
			{ sealingKey: database().sealingKey, loopback: config.webhookLoopback },
		);
		return added.ok ? redirect(`/settings/webhooks/${given.id}?done=added`) : refuse([refusalWords[added.why]]);
	});
}

export default function WebhooksPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const sent = refused?.sent;
	const errors = refused?.errors ?? [];
	const field = (name: string) => ({
		name,
		error: errors.find((each) => each.field === name || each.field.startsWith(`${name}.`))?.message,
	});
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading title="Webhooks" back={{ to: '/settings', label: 'Settings' }} />
			<p>
				A webhook tells another system, such as your eMAR, at once when somebody may or may not do something any more.
				It says who by staff code, never by name.
			</p>
			{page.endpoints.length ? (
				<DataTable
					caption="Where we tell"
					head={['For', 'Address', 'State']}
					rows={page.endpoints.map((each) => [
						<Link key={each.id} to={`/settings/webhooks/${each.id}`}>
							{each.name}
						</Link>,
						<span className="break-all" key={each.url}>
							{each.url}
						</span>,
						<EndpointTag key="state" state={each.state} />,
					])}
				/>
			) : (
				<Inset>No system is told yet. Ask the maker of your eMAR for its webhook address and add it here.</Inset>
			)}
			<h2>Add an address</h2>
			<Form method="post" noValidate>
				<input type="hidden" name="id" value={sent?.id || page.id} />
				<TextField
					{...field('name')}
					label="What is it for?"
					hint="Such as eMAR at Rose House"
					autoComplete="off"
					defaultValue={sent?.name}
				/>
				<TextField
					{...field('url')}
					label="Address"
					hint="As the maker of the other system gives it. It begins with https://"
					type="url"
					inputMode="url"
					autoComplete="off"
					spellCheck={false}
					defaultValue={sent?.url}
				/>
				<SelectField
					{...field('client')}
					label="Which system is it?"
					hint="Once it is switched off at the gate, it is told nothing more"
					blank="None of these"
					options={page.clients.map(({ id, name }) => ({ value: id, label: name }))}
					defaultValue={sent?.client}
				/>
				<Choices
					{...field('types')}
					legend="What should it be told?"
					hint="All of them, unless the maker says otherwise"
					kind="checkbox"
					options={page.types}
					defaultValue={sent?.types ?? page.types.map((each) => each.value)}
				/>
				<Button disabled={busy}>{busy ? 'Saving…' : 'Add'}</Button>
			</Form>
		</>
	);
}
