import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { catalogue } from '../../catalogue.server.ts';
import { readCellFacts } from '../../commands/cell-facts.ts';
import { askOutside, listOpenLinks } from '../../commands/outside-requests.ts';
import { config } from '../../config.server.ts';
import { isReady } from '../../domain/assessing.ts';
import { may } from '../../domain/authority.ts';
import { decide } from '../../domain/decide.ts';
import { reviewDays } from '../../domain/delegation.ts';
import { askDelegationForm, askSignOffForm, type OutsideRefusal, outsideRefusalWords } from '../../domain/outside.ts';
import { sayMoment } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { forbidden } from '../../session.server.ts';
import { DelegationFields } from '../../ui/delegation-fields.tsx';
import { Button, ErrorSummary, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice } from '../../ui/notice.tsx';
import { withCell } from './cell.server.ts';
import { readSent } from './sent.server.ts';

export { shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Ask somebody outside about ${data?.name ?? ''} – Countersign` },
];

const opens = ['record', 'delegate'] as const;

/** What somebody from outside can be asked about a cell. */
export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: opens }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const { evidence, rules, present } = await readCellFacts(
			tx,
			visitor.providerId,
			catalogue(),
			cell,
			args.context.now,
		);
		return {
			id: uuidv7(),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			back: may(visitor.posts, 'see-evidence', site.id) ? address : '/delegations',
			delegated: requirementOf(pinned.body, 'delegation') !== undefined,
			signsOff: may(visitor.posts, 'record', site.id),
			ready: isReady(decide(rules, evidence, cell, present), present),
			review: reviewDays(args.context.now),
			waiting: (await listOpenLinks(tx, visitor, [site.id], args.context.now))
				.filter((each) => each.personId === person.id && each.privilege === cell.privilege)
				.map(({ id, kind, recipient, person: supported, expiresAt }) => ({
					id,
					what: kind === 'delegation' ? `To delegate it for ${supported}` : 'To sign it off',
					recipient,
					until: sayMoment(expiresAt),
				})),
		};
	});
}

/** Makes the link and shows it: this once, since only a hash of it is kept. */
export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: opens }, async (tx, { visitor, cell }) => {
		const nothingWrong = { errors: [] as { field: string; message: string }[], sent: {} as Record<string, string> };
		const now = args.context.now;
		const delegates = (await args.request.clone().formData()).get('kind') === 'delegation';
		const read = delegates
			? await readSent(args.request, askDelegationForm)
			: await readSent(args.request, askSignOffForm);
		if (!read.form) return read.refusal;
		const made = await askOutside(tx, visitor, catalogue(), cell, { ...read.form, now });
		if (!made.ok) {
			if (made.why === 'not-authorised') throw forbidden();
			return read.refuse([{ field: fieldOf(made.why), message: outsideRefusalWords[made.why] }]);
		}
		const origin = config.origin ?? new URL(args.request.url).origin;
		const link = { address: `${origin}/outside/${made.token}`, until: sayMoment(made.expiresAt) };
		return data({ link, ...nothingWrong, at: now.getTime() });
	});
}

function fieldOf(why: OutsideRefusal): string {
	return why === 'review-outside' ? 'reviewOn' : 'main';
}

export default function OutsideRequestPage() {
	const page = useLoaderData<typeof loader>();
	const answered = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = answered?.errors ?? [];
	const sent: Record<string, string> = answered?.sent ?? {};
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	// Both forms of the page ask who it is for: the id is that of the one that was sent, which the errors point at.
	const recipient = (kind: string) =>
		sent.kind === kind
			? { id: 'recipient', defaultValue: sent.recipient, error: errorOf('recipient') }
			: { id: `recipient-${kind}` };
	const link = answered && 'link' in answered ? (answered.link as { address: string; until: string }) : null;
	return (
		<>
			<ErrorSummary key={answered?.at} errors={errors} />
			<Heading
				title={`Ask somebody outside about ${page.name}`}
				caption={`${page.title}, ${page.site}`}
				back={{ to: page.back, label: 'Back' }}
			/>
			{link ? (
				<Notice tone="plain" title="Send this link now: it is shown only once">
					<p>
						<code>{link.address}</code>
					</p>
					<p>
						It works once, until {link.until}. Send it only to the professional who is to confirm. Whoever opens it
						reads your name, the name of {page.name} and what is asked, and no name of anybody you support.
					</p>
					<p>
						Did it go to the wrong person? <Link to="/outside-requests">Cancel it</Link>
					</p>
				</Notice>
			) : (
				<>
					{page.waiting.length > 0 && (
						<Notice tone="plain" title="This has been sent before and waits for an answer">
							<ul>
								{page.waiting.map((each) => (
									<li key={each.id}>{`${each.what}: sent to ${each.recipient}, works until ${each.until}`}</li>
								))}
							</ul>
							<p>
								<Link to="/outside-requests">See or cancel links that are open</Link>
							</p>
						</Notice>
					)}
					<Inset>
						You get a link to send to them. They confirm with the number of their registration, once. Nobody needs to
						sign in for that. Check who they are before you send it.
					</Inset>
					{page.delegated && (
						<Form method="post" noValidate>
							<h2>A nurse from outside delegates it</h2>
							<input type="hidden" name="id" value={(sent.kind === 'delegation' && sent.id) || page.id} />
							<input type="hidden" name="kind" value="delegation" />
							<RecipientField {...recipient('delegation')} />
							<DelegationFields
								review={page.review}
								reviewLabel="When will the nurse review it?"
								reviewHint="Ask her. Within twelve months"
								sent={sent}
								errorOf={errorOf}
							/>
							<Button disabled={busy}>{busy ? 'Saving…' : 'Make a link for a nurse'}</Button>
						</Form>
					)}
					{page.signsOff && !page.ready && (
						<>
							<h2>A health professional from outside signs it off</h2>
							<p>
								Not yet: something comes before a sign-off.{' '}
								<Link to={page.back}>See what is still asked of {page.name}</Link>
							</p>
						</>
					)}
					{page.signsOff && page.ready && (
						<Form method="post" noValidate>
							<h2>A health professional from outside signs it off</h2>
							<p>Only where everything else is done and nobody here may sign it off, as for a home’s only manager.</p>
							<input type="hidden" name="id" value={(sent.kind === 'sign-off' && sent.id) || page.id} />
							<input type="hidden" name="kind" value="sign-off" />
							<RecipientField {...recipient('sign-off')} />
							<Button kind="secondary" disabled={busy}>
								Make a link for a sign-off
							</Button>
						</Form>
					)}
				</>
			)}
		</>
	);
}

function RecipientField(given: { id: string; defaultValue?: string | undefined; error?: string | undefined }) {
	return (
		<TextField
			{...given}
			name="recipient"
			label="Who do you send it to?"
			hint="Their job and where they work, such as district nurse, Oakfield Surgery"
			autoComplete="off"
		/>
	);
}
