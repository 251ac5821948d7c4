import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { registerClient } from '../../commands/registering-clients.ts';
import { clientRefusalWords, registrationForm, usualLimit } from '../../domain/client.ts';
import { type FieldError, fieldErrors } from '../../domain/input.ts';
import { forbidden } from '../../session.server.ts';
import { AllowanceFields, KeysHint } from '../../ui/allowance-fields.tsx';
import { HowToSign, NewSecret } from '../../ui/client-credentials.tsx';
import { Button, Choices, ErrorSummary, LinkButton, TextAreaField, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { originOf, withClients } from './read-clients.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Register a system – Countersign' }];

export async function loader(args: LoaderFunctionArgs) {
	return withClients(args, async (_tx, { mayChange }) => {
		if (!mayChange) throw forbidden();
		return { origin: originOf(args.request) };
	});
}

/** Registers a client. Its secret is in this answer and in none after it. */
export async function action(args: ActionFunctionArgs) {
	return withClients(args, async (tx, { visitor, mayChange }) => {
		if (!mayChange) throw forbidden();
		const body = await args.request.formData();
		const text = (name: string) => String(body.get(name) ?? '');
		const sent = {
			name: text('name'),
			proof: text('proof'),
			keys: text('keys'),
			scopes: body.getAll('scopes').map(String),
			perSecond: text('perSecond'),
			burst: text('burst'),
		};
		const refuse = (errors: FieldError[]) => data({ registered: null, errors, sent, at: Date.now() }, { status: 422 });
		const form = registrationForm.safeParse(sent);
		if (!form.success) return refuse(fieldErrors(form.error));
		const made = await registerClient(tx, visitor, form.data);
		if (made.ok)
			return data({
				registered: { name: form.data.name, clientId: made.clientId, secret: made.secret },
				errors: [],
				sent: null,
				at: Date.now(),
			});
		if (made.why === 'not-authorised') throw forbidden();
		if (made.why === 'wrong-keys') return refuse([{ field: 'keys', message: made.message }]);
		return refuse([{ field: 'name', message: clientRefusalWords[made.why] }]);
	});
}

export default function NewClientPage() {
	const { origin } = useLoaderData<typeof loader>();
	const answer = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	if (answer?.registered) return <Registered {...answer.registered} origin={origin} />;
	const sent = answer?.sent;
	const errors: FieldError[] = answer?.errors ?? [];
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={answer?.at} errors={errors} />
			<Heading
				title="Register a system"
				caption="An eMAR, a rota, or another system that asks who is competent"
				back={{ to: '/settings/clients', label: 'Connected systems' }}
			/>
			<Form method="post" noValidate>
				<TextField
					name="name"
					label="What is it called?"
					hint="As your staff know it, such as Oakfield eMAR"
					width={20}
					autoComplete="off"
					defaultValue={sent?.name}
					error={errorOf('name')}
				/>
				<AllowanceFields
					values={{
						scopes: sent?.scopes ?? ['authzen.evaluate'],
						perSecond: sent?.perSecond ?? String(usualLimit.perSecond),
						burst: sent?.burst ?? String(usualLimit.burst),
					}}
					errorOf={errorOf}
				/>
				<Choices
					kind="radio"
					name="proof"
					legend="How does it prove who it is?"
					options={[
						{
							value: 'keys',
							label: 'With keys of its own',
							hint: 'Safer. Ask the vendor for its public keys (a JWKS)',
						},
						{ value: 'secret', label: 'With a secret', hint: 'You get one on the next page' },
					]}
					defaultValue={sent?.proof ?? 'secret'}
					error={errorOf('proof')}
				/>
				<TextAreaField
					name="keys"
					label="Its public keys"
					hint={
						<>
							Only with keys of its own. <KeysHint />
						</>
					}
					rows={6}
					spellCheck={false}
					defaultValue={sent?.keys}
					error={errorOf('keys')}
				/>
				<Button disabled={busy}>{busy ? 'Saving…' : 'Register'}</Button>
			</Form>
		</>
	);
}

type RegisteredProps = { name: string; clientId: string; secret: string | null; origin: string };

function Registered({ name, clientId, secret, origin }: RegisteredProps) {
	return (
		<>
			<Heading title={`${name} is registered`} back={{ to: '/settings/clients', label: 'Connected systems' }} />
			{secret ? (
				<NewSecret clientId={clientId} secret={secret} origin={origin} />
			) : (
				<>
					<p>Give the vendor this client id:</p>
					<pre className="note-text">{clientId}</pre>
					<HowToSign clientId={clientId} origin={origin} />
				</>
			)}
			<LinkButton kind="secondary" to={`/settings/clients/${clientId}`}>
				Go to {name}
			</LinkButton>
		</>
	);
}
