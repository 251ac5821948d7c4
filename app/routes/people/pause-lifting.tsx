import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { listSites } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { liftablePauses, liftPause } from '../../commands/authorising.ts';
import { readCellFacts } from '../../commands/cell-facts.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { changeAsks } from '../../domain/content.ts';
import { pauseReasonWords } from '../../domain/evidence.ts';
import { type FieldError, fieldErrors } from '../../domain/input.ts';
import {
	asksAsMuchAs,
	leastAskedAnywhere,
	liftingRefusalWords,
	liftingWords,
	pauseLiftingForm,
} from '../../domain/pause.ts';
import { sayDay } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { forbidden } from '../../session.server.ts';
import { Button, Choices, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { withCell } from './cell.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Lift the pause of ${data?.name ?? ''} – Countersign` },
];

export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'pause' }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const { facts } = await readCellFacts(tx, visitor.providerId, catalogue(), cell, args.context.now);
		const allSites = (await listSites(tx, visitor)).map((each) => each.id);
		const pauses = liftablePauses(visitor, facts, cell, allSites);
		const rules = await rulesBySite(tx, visitor.providerId, catalogue());
		const least = leastAskedAnywhere(pauses, (siteId) => rules(siteId).policy, allSites);
		// Nobody is asked for what this privilege does not have, unless policy insists.
		const has = { quiz: requirementOf(pinned.body, 'quiz'), observation: requirementOf(pinned.body, 'observation') };
		const offered = changeAsks.filter(
			(asks) => asks === least || (asksAsMuchAs(asks, least) && (asks in has ? has[asks as keyof typeof has] : true)),
		);
		return {
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			address,
			pauses: pauses.map((each) => ({
				id: each.id,
				what: each.privilege
					? `${pinned.body.title}${each.siteId ? '' : ', at every site'}`
					: `Everything at ${each.siteId ? site.name : 'every site'}: lifting it gives all of it back`,
				why: `${pauseReasonWords[each.payload.reason]}, review by ${sayDay(each.payload.reviewOn)}`,
			})),
			least,
			options: offered.map((value) => ({ value, label: liftingWords[value] })),
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'pause' }, async (tx, { visitor, cell, address }) => {
		const body = await args.request.formData();
		const sent = { pauses: body.getAll('pauses').map(String), asks: body.get('asks'), note: body.get('note') };
		const refuse = (errors: FieldError[]) =>
			data({ errors, asks: String(sent.asks), note: String(sent.note ?? ''), at: Date.now() }, { status: 422 });
		const form = pauseLiftingForm.safeParse(sent);
		if (!form.success) return refuse(fieldErrors(form.error));
		const lifted = await liftPause(tx, visitor, catalogue(), cell, form.data);
		if (lifted.ok) return redirect(address);
		if (lifted.why === 'not-authorised') throw forbidden();
		const field = lifted.why === 'asks-too-little' ? 'asks' : 'note';
		return refuse([{ field, message: liftingRefusalWords[lifted.why] }]);
	});
}

export default function PauseLiftingPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={`Lift the pause of ${page.name}`}
				caption={`${page.title}, ${page.site}`}
				back={{ to: page.address, label: 'Evidence' }}
			/>
			{!page.pauses.length && (
				<Notice tone="warning" title="There is no pause here that you may lift">
					<p>
						A pause of every site is lifted by whoever may decide for all of them, and never by somebody who was
						involved.
					</p>
				</Notice>
			)}
			<SummaryList rows={page.pauses.map((each) => ({ key: each.what, value: each.why }))} />
			<Inset>
				What {page.name} may do is then worked out from the evidence again. If the sign-off is still in date and nothing
				is asked first, they may act at once.
			</Inset>
			<Form method="post" noValidate>
				{page.pauses.map((each) => (
					<input key={each.id} type="hidden" name="pauses" value={each.id} />
				))}
				<Choices
					kind="radio"
					name="asks"
					legend="What happens first?"
					hint={
						page.least === 'nothing' ? undefined : 'Your policy asks for this much after a pause made for this reason'
					}
					options={page.options}
					defaultValue={refused?.asks ?? undefined}
					error={errorOf('asks')}
				/>
				<TextAreaField
					name="note"
					label="What did the review find?"
					hint="A few words. Nothing about the people you support"
					maxLength={280}
					defaultValue={refused?.note}
					error={errorOf('note')}
				/>
				<Button disabled={busy}>{busy ? 'Saving…' : 'Lift the pause'}</Button>
			</Form>
		</>
	);
}
