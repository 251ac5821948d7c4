import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { cancelOutside, listOpenLinks } from '../../commands/outside-requests.ts';
import { cancelOutsideForm, outsideRefusalWords } from '../../domain/outside.ts';
import { sayMoment } from '../../domain/period.ts';
import { forbidden } from '../../session.server.ts';
import { Button, ErrorSummary } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readSent } from '../people/sent.server.ts';
import { readNames } from './names.server.ts';
import { withSites } from './with-sites.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Open links – Countersign' }];

const opens = ['delegate', 'record'] as const;

/** The links that wait for a professional outside at the visitor's sites. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, opens, async (tx, { visitor, sites, siteIds }) => {
		const open = await listOpenLinks(tx, visitor, siteIds, args.context.now);
		const ids = open.flatMap((each) => [each.personId, each.madeBy]);
		const names = await readNames(tx, visitor.providerId, ids, sites);
		return {
			open: open.map((each) => ({
				id: each.id,
				to: `${names.cell(each)}/outside`,
				who: names.person(each.personId),
				what: `${each.kind === 'delegation' ? `Delegate for ${each.person}` : 'Sign off'}: ${names.privilege(each)}, ${names.site(each.siteId)}`,
				recipient: each.recipient,
				sent: `${sayMoment(each.madeAt)}, by ${names.person(each.madeBy)}`,
				until: sayMoment(each.expiresAt),
			})),
		};
	});
}

/** Takes one out of use. */
export async function action(args: ActionFunctionArgs) {
	return withSites(args, opens, async (tx, { visitor }) => {
		const { form, refusal, refuse } = await readSent(args.request, cancelOutsideForm);
		if (!form) return refusal;
		const cancelled = await cancelOutside(tx, visitor, form.request);
		if (cancelled.ok) return redirect('/outside-requests');
		if (cancelled.why === 'not-authorised') throw forbidden();
		return refuse([{ field: 'main', message: outsideRefusalWords[cancelled.why] }]);
	});
}

export default function OutsideRequestsPage() {
	const { open } = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	return (
		<>
			<ErrorSummary key={refused?.at} errors={refused?.errors ?? []} />
			<Heading title="Links that wait for somebody outside" />
			<p>
				Each lets one professional who does not work here confirm one thing, once. If it went to the wrong person, or is
				not needed any more, cancel it: from then on it does not work.
			</p>
			{open.length ? (
				<DataTable
					caption="Open links, newest first"
					head={['Who', 'What', 'Sent to', 'Sent', 'Works until', 'Cancel']}
					rows={open.map((each) => [
						<Link key={each.id} to={each.to}>
							{each.who}
						</Link>,
						each.what,
						each.recipient,
						each.sent,
						each.until,
						<Form method="post" key="cancel">
							<input type="hidden" name="request" value={each.id} />
							<Button kind="secondary" disabled={busy}>
								Cancel
								<span className="visually-hidden">
									{' '}
									the link about {each.who}, sent to {each.recipient}
								</span>
							</Button>
						</Form>,
					])}
				/>
			) : (
				<Inset>No link is open at your sites at the moment.</Inset>
			)}
		</>
	);
}
