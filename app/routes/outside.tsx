import {
	type ActionFunctionArgs,
	data,
	type HeadersFunction,
	type LoaderFunctionArgs,
	type MetaFunction,
} from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import type { ReactNode } from 'react';
import { asProvider, database } from '#db/client.server.ts';
import { catalogue } from '../catalogue.server.ts';
import { confirmOutside } from '../commands/outside-requests.ts';
import { type FieldError, fieldErrors } from '../domain/input.ts';
import { confirmDelegationForm, confirmSignOffForm, formRefusals, outsideRefusalWords } from '../domain/outside.ts';
import { Button, Choices, ErrorSummary, TextField } from '../ui/form.tsx';
import { Heading } from '../ui/layout.tsx';
import { Inset, Notice } from '../ui/notice.tsx';
import { SummaryList } from '../ui/summary-list.tsx';
import { answerTo, findRequest, readOutside } from './read-outside.server.ts';

export { clientAction, shouldRevalidate } from '../ui/keep-form.ts';

export const meta: MetaFunction = () => [
	{ title: 'Please confirm – Countersign' },
	{ name: 'robots', content: 'noindex' },
];

/** When to come back, for whoever has to wait. */
export const headers: HeadersFunction = ({ loaderHeaders }) => loaderHeaders;

/** What a professional from outside is asked, by a one-time link and without a sign-in. Reading it uses nothing up. */
export async function loader({ context, params }: LoaderFunctionArgs) {
	const page = await readOutside(context, params.token);
	// It is for somebody from outside: whoever is signed in here is not.
	return data({ page, signedIn: (await context.visitor()) !== null }, answerTo(page.state, context.links));
}

export async function action({ context, params, request }: ActionFunctionArgs) {
	const now = context.now;
	const sent = Object.fromEntries([...(await request.formData())].map(([name, value]) => [name, String(value)]));
	const answer = (errors: FieldError[], init: ResponseInit, done = false) =>
		data({ done, errors, sent: done ? {} : sent, at: now.getTime() }, init);
	const found = await findRequest(context, params.token);
	if (typeof found === 'string') return answer([], answerTo(found, context.links));
	if (await context.visitor()) return answer([{ field: 'main', message: signedInWords }], { status: 403 });
	const form = (sent.shownLastDay === undefined ? confirmDelegationForm : confirmSignOffForm).safeParse(sent);
	if (!form.success) return answer(fieldErrors(form.error), { status: 422 });
	const { sure: _, ...given } = form.data;
	const confirmed = await asProvider(database().db, found.providerId, (tx) =>
		confirmOutside(tx, found.providerId, catalogue(), found.requestId, { ...given, now }),
	);
	if (confirmed.ok) return answer([], { status: 200 }, true);
	if (confirmed.why === 'gone') return answer([], answerTo('gone', context.links));
	if (!formRefusals.includes(confirmed.why)) return answer([], { status: 409 });
	const field = confirmed.why === 'wrong-role' ? 'role' : 'main';
	return answer([{ field, message: outsideRefusalWords[confirmed.why] }], { status: 422 });
}

const signedInWords =
	'You are signed in here. This link is for somebody from outside: sign out first, or send it to them.';

export default function OutsidePage() {
	const { page, signedIn } = useLoaderData<typeof loader>();
	const answered = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	if (answered?.done)
		return (
			<Said title="Thank you">
				It is saved, with your registration number. You can close this page. If you want to change or stop it, ring
				whoever sent you the link: they can stop it at once.
			</Said>
		);
	if (page.state === 'wait')
		return (
			<Said title="Please wait five minutes">
				Too many links that do not work were opened from where you are. Open yours again in five minutes. If it cannot
				wait, ring whoever sent it.
			</Said>
		);
	if (page.state === 'gone')
		return (
			<Said title="This link cannot be used">
				It may have been used, cancelled or have run out, or part of it may be missing. If you have confirmed with it,
				that is saved and there is nothing more to do. If not, ask whoever sent it for a new link.
			</Said>
		);
	if (page.state === 'changed')
		return (
			<Said title="This cannot be confirmed at the moment">
				Something has changed at {page.site} since the link was sent. Nothing has been saved. Please ring {page.asker}{' '}
				at {page.site}, who sent it.
			</Said>
		);
	const errors = answered?.errors ?? [];
	const sent: Record<string, string> = answered?.sent ?? {};
	const field = (name: string) => ({
		name,
		defaultValue: sent[name],
		error: errors.find((each) => each.field === name)?.message,
	});
	const delegation = page.kind === 'delegation';
	return (
		<>
			<ErrorSummary key={answered?.at} errors={errors} />
			<Heading
				title={delegation ? 'Please confirm a delegation' : 'Please confirm a sign-off'}
				caption={`${page.title}, ${page.site}`}
			/>
			<p>
				{[page.asker, page.roles].filter(Boolean).join(', ')} at {page.provider}, asks you to confirm this. You need no
				account. If you do not know them, or were not expecting this, ring {page.site} before you go on.
			</p>
			<SummaryList
				rows={[
					{ key: 'Who', value: page.name },
					{ key: 'What', value: page.permits },
					{ key: 'Where', value: page.site },
					...(page.person
						? [{ key: 'For the person supported', value: `${page.person} (${page.site}’s reference)` }]
						: []),
					...(page.review ? [{ key: 'You review it by', value: page.review }] : []),
					...(page.until ? [{ key: 'Signed off until', value: page.until }] : []),
					...(page.recipient ? [{ key: 'Sent to', value: page.recipient }] : []),
					{ key: 'This link works', value: `once, until ${page.expires}` },
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
							? `By confirming you say: I am confident that ${page.name} is competent to do this for this person. I will review it by that day. They know when to call me.`
							: `By confirming you say: I have looked at how ${page.name} was taught and watched. I am not their colleague. They are competent to do this.`}
					</Inset>
					{page.lastDay && <input type="hidden" name="shownLastDay" value={page.lastDay} />}
					{!delegation && <Choices {...field('role')} kind="radio" legend="What are you?" options={page.signers} />}
					<TextField
						{...field('registration')}
						label="Your registration number"
						hint="Your NMC PIN, such as 12A3456E, or your HCPC, GPhC or GMC number"
						width={10}
						autoCapitalize="characters"
						autoComplete="off"
						spellCheck={false}
					/>
					<Choices
						{...field('sure')}
						kind="checkbox"
						legend="Do you confirm this?"
						options={[{ value: 'yes', label: 'Yes, I confirm it' }]}
					/>
					<h2>What happens next</h2>
					<p>
						{delegation
							? `${page.name} may then do this for this person until ${page.review}, for as long as ${page.site} has them signed off for it. `
							: `${page.name} may then do this at ${page.site} until ${page.until}. `}
						Your number is kept with it. You can have it stopped at any time: ring {page.site}.
					</p>
					<Button disabled={busy}>{busy ? 'Saving…' : 'Confirm'}</Button>
				</Form>
			)}
		</>
	);
}

function Said({ title, children }: { title: string; children: ReactNode }) {
	return (
		<>
			<Heading title={title} />
			<p>{children}</p>
		</>
	);
}
