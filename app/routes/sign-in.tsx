import { zodResolver } from '@hookform/resolvers/zod';
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation, useSubmit } from '@remix-run/react';
import { useForm } from 'react-hook-form';
import { asProvider, database } from '#db/client.server.ts';
import { findProvider } from '#db/queries/sign-in.ts';
import { checkPassword } from '../commands/secrets.ts';
import { type FieldError, fieldErrors, signInForm } from '../domain/input.ts';
import { startSession } from '../session.server.ts';
import { Button, ErrorSummary, PasswordField, TextField } from '../ui/form.tsx';
import { Heading } from '../ui/layout.tsx';
import { Inset } from '../ui/notice.tsx';

export { clientAction, shouldRevalidate } from '../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Sign in – Countersign' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
	const { searchParams } = new URL(request.url);
	if (await context.visitor()) return redirect(safePath(searchParams.get('next')));
	const provider = await findProvider(database().db, searchParams.get('provider'));
	const { exampleEmarPort } = context;
	const { hostname } = new URL(request.url);
	return {
		provider: provider?.name ?? null,
		demonstration: provider?.demonstration ?? false,
		example: exampleEmarPort ? `http://${hostname}:${exampleEmarPort}` : null,
	};
}

export async function action({ context, request }: ActionFunctionArgs) {
	const { searchParams } = new URL(request.url);
	const sent = Object.fromEntries(await request.formData());
	const given = String(sent.staffCode ?? '');
	const refuse = (status: number, errors: FieldError[]) =>
		data({ errors, staffCode: given, at: Date.now() }, { status });
	const form = signInForm.safeParse(sent);
	if (!form.success) return refuse(422, fieldErrors(form.error));
	const { staffCode, password } = form.data;
	const { db } = database();
	const provider = await findProvider(db, searchParams.get('provider'));
	if (!provider) return refuse(422, [{ field: 'staffCode', message: 'Use the sign-in address your manager gave you' }]);
	const checked = await asProvider(db, provider.id, (tx) =>
		checkPassword(tx, { providerId: provider.id, staffCode, password, now: context.now }),
	);
	if (!checked.ok)
		return checked.why === 'too-many'
			? refuse(429, [{ field: 'password', message: 'Too many wrong tries. Wait five minutes, then try again' }])
			: refuse(422, [{ field: 'staffCode', message: 'The staff code or the password is not right. Check both' }]);
	const cookie = await startSession(provider.id, checked.personId);
	return redirect(safePath(searchParams.get('next')), { headers: { 'set-cookie': cookie } });
}

/** Only an address on this site, so that a link to the sign-in page cannot send people elsewhere. */
function safePath(next: string | null): string {
	return next && /^\/(?![/\\])/.test(next) ? next : '/';
}

export default function SignIn() {
	const { provider, demonstration, example } = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const submit = useSubmit();
	const busy = useNavigation().state !== 'idle';
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(signInForm),
		defaultValues: { staffCode: refused?.staffCode ?? '', password: '' },
		shouldFocusError: false,
	});
	const mistakes = Object.entries(formState.errors).map(([field, { message = '' }]) => ({ field, message }));
	const errors = mistakes.length ? mistakes : (refused?.errors ?? []);
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	if (!provider) return <WhichProvider />;
	return (
		<>
			<ErrorSummary key={`${refused?.at} ${formState.submitCount}`} errors={errors} />
			<Heading title="Sign in" caption={provider ?? undefined} />
			<Form
				method="post"
				noValidate
				onSubmit={(event) => {
					const form = event.currentTarget;
					event.preventDefault();
					return handleSubmit(() => submit(form))(event);
				}}
			>
				<TextField
					label="Staff code"
					hint="It looks like amara.okafor"
					autoComplete="username"
					autoCapitalize="none"
					spellCheck={false}
					defaultValue={refused?.staffCode ?? ''}
					error={errorOf('staffCode')}
					{...register('staffCode')}
				/>
				<PasswordField
					label="Password"
					autoComplete="current-password"
					error={errorOf('password')}
					{...register('password')}
				/>
				<Button disabled={busy}>{busy ? 'Signing in…' : 'Sign in'}</Button>
			</Form>
			{demonstration && (
				<Inset>
					<p>
						This is a demonstration. Try <strong>amara.okafor</strong> (new carer), <strong>ben.whitfield</strong>{' '}
						(senior) or <strong>grace.mensah</strong> (manager). The password is <strong>countersign-demo</strong>.
					</p>
					{example && (
						<p>
							<a href={example}>The trolley screen of an example eMAR</a> asks Countersign before each dose is signed.
						</p>
					)}
				</Inset>
			)}
			<p className="hint">Forgotten your password? Ask your manager.</p>
		</>
	);
}

/** Where several providers share one Countersign, the address says which: `/sign-in?provider=fairfield-care`. */
function WhichProvider() {
	return (
		<>
			<Heading title="Sign in" />
			<Form method="get">
				<TextField
					name="provider"
					label="Who do you work for?"
					hint="The short name your manager gave you, such as fairfield-care"
					autoCapitalize="none"
					autoComplete="organization"
					width={20}
				/>
				<Button>Continue</Button>
			</Form>
		</>
	);
}
