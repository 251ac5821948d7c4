import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { listPeopleByIds } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { readCellFacts } from '../../commands/cell-facts.ts';
import { delegate, endDelegation } from '../../commands/delegating.ts';
import { may } from '../../domain/authority.ts';
import {
	type DelegationRefusal,
	delegationEndingForm,
	delegationForm,
	delegationRefusalWords,
	reviewDays,
	takeOverBy,
} from '../../domain/delegation.ts';
import { employmentAt } from '../../domain/employment.ts';
import { sayDay } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { openDelegations } from '../../domain/progress.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { DelegationFields } from '../../ui/delegation-fields.tsx';
import { Button, ErrorSummary, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { withCell } from './cell.server.ts';
import { readSent } from './sent.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Delegated to ${data?.name ?? ''} – Countersign` },
];

/** Who may ask a nurse from outside, such as a district nurse. */
const asksOutside = ['delegate', 'record'] as const;
const opens = ['delegate', 'see-evidence'] as const;

/** What nurses have handed over to somebody, for whom, and until when. */
export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: opens }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		if (!requirementOf(pinned.body, 'delegation')) throw notFound();
		const { providerId, posts } = visitor;
		const { facts, present, rules } = await readCellFacts(tx, providerId, catalogue(), cell, args.context.now);
		const employment = employmentAt(facts, site.id, present);
		const open = openDelegations({ facts, question: cell, employment, policy: rules.policy, at: present });
		const personIds = open.flatMap(({ delegation }) => delegation.payload.delegator ?? []);
		const nurses = await listPeopleByIds(tx, { providerId, personIds });
		const refusal: DelegationRefusal | null = !may(posts, 'delegate', site.id)
			? 'not-a-nurse'
			: person.id === visitor.personId
				? 'yourself'
				: employment.refusal
					? 'not-here'
					: null;
		return {
			id: uuidv7(),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			back: may(posts, 'see-evidence', site.id)
				? { to: address, label: 'Evidence' }
				: { to: '/delegations', label: 'Delegations' },
			review: reviewDays(args.context.now),
			refusal: refusal && delegationRefusalWords[refusal],
			outside:
				person.id !== visitor.personId && asksOutside.some((each) => may(posts, each, site.id))
					? `${address}/outside`
					: null,
			open: open
				.sort((a, b) => a.until.getTime() - b.until.getTime())
				.map(({ delegation, until }) => {
					const { person: supported, delegator, reviewOn, registration } = delegation.payload;
					const nurse = delegator && nurses.get(delegator);
					const takeOver = takeOverBy(facts, delegation);
					return {
						id: delegation.id,
						person: supported,
						nurse: nurse
							? `${nurse.givenName} ${nurse.familyName}`
							: delegator
								? ''
								: `A professional from outside, ${registration}`,
						review: [sayDay(reviewOn), takeOver && `to be taken over by ${sayDay(takeOver)}`]
							.filter(Boolean)
							.join('; '),
						over: until <= present,
					};
				}),
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: opens }, async (tx, page) => {
		if (!requirementOf(page.pinned.body, 'delegation')) throw notFound();
		const { visitor, cell, address } = page;
		const now = args.context.now;
		if ((await args.request.clone().formData()).has('delegation')) {
			const { form, refusal, refuse } = await readSent(args.request, delegationEndingForm);
			if (!form) return refusal;
			const ended = await endDelegation(tx, visitor, catalogue(), cell, { ...form, now });
			return ended.ok ? redirect(`${address}/delegations`) : say(ended.why, refuse);
		}
		// Said before anything about the fields: whoever is no nurse has nothing to put right in them.
		if (!may(visitor.posts, 'delegate', cell.siteId))
			return say('not-a-nurse', (await readSent(args.request, delegationForm)).refuse);
		const { form, refusal, refuse } = await readSent(args.request, delegationForm);
		if (!form) return refusal;
		const delegated = await delegate(tx, visitor, catalogue(), cell, { ...form, now });
		return delegated.ok ? redirect(`${address}/delegations`) : say(delegated.why, refuse);
	});
}

function say(why: DelegationRefusal, refuse: Awaited<ReturnType<typeof readSent>>['refuse']) {
	if (why === 'not-authorised') throw forbidden();
	return refuse([{ field: why === 'review-outside' ? 'reviewOn' : 'main', message: delegationRefusalWords[why] }]);
}

export default function DelegationsPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const sent: Record<string, string> = refused?.sent ?? {};
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading title={`Delegated to ${page.name}`} caption={`${page.title}, ${page.site}`} back={page.back} />
			{page.open.length ? (
				<DataTable
					caption="Open delegations, the next to be reviewed first"
					head={['Person supported', 'By', 'Review by', 'End']}
					rows={page.open.map((each) => [
						each.person,
						each.nurse,
						each.over ? `${each.review}: past its day, so it does not count` : each.review,
						<Form method="post" key="end">
							<input type="hidden" name="delegation" value={each.id} />
							<Button kind="secondary" disabled={busy}>
								End<span className="visually-hidden"> the delegation for {each.person}</span>
							</Button>
						</Form>,
					])}
				/>
			) : (
				<Inset>Nothing is delegated to {page.name} at the moment.</Inset>
			)}
			<h2>Delegate for one person supported</h2>
			{page.refusal ? (
				<Notice tone="plain" title="You cannot delegate this">
					<p>{page.refusal}</p>
				</Notice>
			) : (
				<Form method="post" noValidate>
					<p>
						By saving you say: I am confident that {page.name} is competent to do this for this person, I will supervise
						and review it, and they know when to call me.
					</p>
					<input type="hidden" name="id" value={sent.id ?? page.id} />
					<DelegationFields
						review={page.review}
						reviewLabel="When will you review it?"
						reviewHint="Within twelve months. After that day it does not count any more"
						sent={sent}
						errorOf={errorOf}
					/>
					<TextField
						name="registration"
						label="Your NMC PIN"
						hint="Such as 12A3456E"
						width={10}
						autoComplete="off"
						defaultValue={sent.registration}
						error={errorOf('registration')}
					/>
					<Button disabled={busy}>{busy ? 'Saving…' : 'Delegate'}</Button>
				</Form>
			)}
			{page.outside && (
				<p>
					<Link to={page.outside}>Ask a nurse from outside, such as a district nurse</Link>
				</p>
			)}
		</>
	);
}
