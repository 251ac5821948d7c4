import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { asProvider, database } from '#db/client.server.ts';
import { catalogue } from '../catalogue.server.ts';
import { confirmOutside } from '../commands/outside-requests.ts';
import { fieldErrors } from '../domain/input.ts';
import { confirmDelegationForm, confirmSignOffForm, outsideRefusalWords } from '../domain/outside.ts';
import { Button, Choices, ErrorSummary, TextField } from '../ui/form.tsx';
import { Heading } from '../ui/layout.tsx';
import { Inset, Notice } from '../ui/notice.tsx';
import { SummaryList } from '../ui/summary-list.tsx';
import { readOutside, requireRequest } from './read-outside.server.ts';

export const meta: MetaFunction = () => [
	{ title: 'Please confirm – Countersign' },
	{ name: 'robots', content: 'noindex' },
];

/** What a professional from outside is asked, by a one-time link and without a sign-in. */
export async function loader({ context, params }: LoaderFunctionArgs) {
	const page = await readOutside(params.token, context.now);
	// It is for somebody from outside: whoever is signed in here is not.
	return { page, signedIn: (await context.visitor()) !== null };
}

export async function action({ context, params, request }: ActionFunctionArgs) {
	const now = context.now;
	const sent = Object.fromEntries([...(await request.formData())].map(([name, value]) => [name, String(value)]));
	const refuse = (errors: { field: string; message: string }[], status = 422) =>
		data({ done: false, errors, sent, at: now.getTime() }, { status });
	const { providerId, requestId } = await requireRequest(params.token);
	if (await context.visitor()) return refuse([{ field: 'main', message: signedInWords }], 403);
	const form = (sent.shownLastDay === undefined ? confirmDelegationForm : confirmSignOffForm).safeParse(sent);
	if (!form.success) return refuse(fieldErrors(form.error));
	const { sure: _, ...given } = form.data;
	const confirmed = await asProvider(database().db, providerId, (tx) =>
		confirmOutside(tx, providerId, catalogue(), requestId, { ...given, now }),
	);
	if (!confirmed.ok) return refuse([{ field: 'main', message: outsideRefusalWords[confirmed.why] }]);
	return data({ done: true, errors: [], sent: {} as Record<string, string>, at: now.getTime() });
}

const signedInWords =
	'You are signed in here. This link is for somebody from outside: sign out first, or send it to them.';

export default function OutsidePage() {
	const { page, signedIn } = useLoaderData<typeof loader>();
	const answered = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = answered?.errors ?? [];
	const sent: Record<string, string> = answered?.sent ?? {};
	const field = (name: string) => ({
		name,
		defaultValue: sent[name],
		error: errors.find((each) => each.field === name)?.message,
	});
	if (answered?.done)
		return (
			<>
				<Heading title="Thank you" />
				<p>It is recorded with the number of your registration. You can close this page.</p>
			</>
		);
	if (!page.open)
		return (
			<>
				<Heading title="This link cannot be used" />
				<p>{page.why}</p>
			</>
		);
	const delegation = page.kind === 'delegation';
	return (
		<>
			<ErrorSummary key={answered?.at} errors={errors} />
			<Heading
				title={delegation ? 'Please confirm a delegation' : 'Please confirm a sign-off'}
				caption={`${page.title}, ${page.site}`}
			/>
			<SummaryList
				rows={[
					{ key: 'Who', value: page.name },
					{ key: 'What', value: page.permits },
					...(page.person ? [{ key: 'For the person supported', value: page.person }] : []),
					...(page.review ? [{ key: 'You review it by', value: page.review }] : []),
					...(page.until ? [{ key: 'Signed off until', value: page.until }] : []),
				]}
			/>
			{signedIn ? (
				<Notice tone="warning" title="You are signed in">
					<p>{signedInWords}</p>
				</Notice>
			) : (
				<Form method="post" noValidate>
					<Inset>
						{delegation
							? `By confirming you say: I am confident that ${page.name} is competent to do this for this person, I will review it by that day, and they know when to call me.`
							: `By confirming you say: I have looked at how ${page.name} was taught and watched, I am not their colleague, and they are competent to do this.`}
					</Inset>
					{page.lastDay && <input type="hidden" name="shownLastDay" value={page.lastDay} />}
					{!delegation && <Choices {...field('role')} kind="radio" legend="What are you?" options={page.signers} />}
					<TextField
						{...field('registration')}
						label="The number of your registration"
						hint="NMC, HCPC, GPhC or GMC, such as 12A3456E"
						width={10}
						autoComplete="off"
					/>
					<Choices
						{...field('sure')}
						kind="checkbox"
						legend="Do you confirm this?"
						options={[{ value: 'yes', label: 'Yes, I confirm it' }]}
					/>
					<Button disabled={busy}>{busy ? 'Saving…' : 'Confirm'}</Button>
				</Form>
			)}
		</>
	);
}
