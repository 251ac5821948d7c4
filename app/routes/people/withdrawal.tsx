import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { catalogue } from '../../catalogue.server.ts';
import { readCellFacts } from '../../commands/cell-facts.ts';
import { withdraw } from '../../commands/withdrawing.ts';
import {
	canWithdraw,
	canWithdrawSomewhere,
	type WithdrawalRefusal,
	withdrawalForm,
	withdrawalRefusalWords,
} from '../../domain/withdrawal.ts';
import { forbidden } from '../../session.server.ts';
import { CopiesNotice } from '../../ui/copies-notice.tsx';
import { Button, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Refusal } from '../../ui/notice.tsx';
import { ReachField, SecondPersonFields } from '../../ui/stop-fields.tsx';
import { readCopies } from '../copies.server.ts';
import { withCell } from './cell.server.ts';
import { readElsewhere } from './reach.server.ts';
import { readSent } from './sent.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Take back the sign-off of ${data?.name ?? ''} – Countersign` },
];

export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'withdraw' }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const known = await readCellFacts(tx, visitor.providerId, catalogue(), cell, args.context.now);
		const { facts } = known;
		const something = canWithdraw(facts, cell) || canWithdrawSomewhere(facts, cell.privilege);
		const refusal: WithdrawalRefusal | null =
			person.id === visitor.personId ? 'yourself' : something ? null : 'nothing-to-withdraw';
		return {
			id: uuidv7(),
			copies: await readCopies(tx),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			address,
			elsewhere: await readElsewhere(tx, { visitor, cell }, known),
			refusal: refusal && withdrawalRefusalWords[refusal],
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'withdraw' }, async (tx, { visitor, cell, address }) => {
		const { form, refusal, refuse } = await readSent(args.request, withdrawalForm);
		if (!form) return refusal;
		const withdrawn = await withdraw(tx, visitor, catalogue(), cell, { ...form, now: args.context.now });
		if (withdrawn.ok) return redirect(address);
		if (withdrawn.why === 'not-authorised') throw forbidden();
		const message = withdrawalRefusalWords[withdrawn.why];
		return refuse([{ field: fieldOf(withdrawn.why), message }], withdrawn.why === 'too-many' ? 429 : 422);
	});
}

function fieldOf(why: WithdrawalRefusal): string {
	if (why === 'wrong' || why === 'too-many') return 'secret';
	if (why === 'not-here') return 'reach';
	return why === 'same-person' || why === 'learner-confirms' || why === 'wrong-role' ? 'staffCode' : 'main';
}

export default function WithdrawalPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={`Take back the sign-off of ${page.name}`}
				caption={`${page.title}, ${page.site}`}
				back={{ to: page.address, label: 'Evidence' }}
			/>
			<CopiesNotice {...page.copies} />
			{page.refusal ? (
				<Refusal title="This cannot be taken back" why={page.refusal} evidence={page.address} />
			) : (
				<>
					<Inset>
						<p>
							Two people decide: you, and a second manager or medication lead of this site. From the moment you save,
							every other system is told No for this privilege. Afterwards {page.name} may start again, with observed
							rounds and a new sign-off, at whatever site. If you only need time to look at something,{' '}
							<Link to={`${page.address}/pause`}>pause it instead</Link>.
						</p>
					</Inset>
					<Form method="post" noValidate autoComplete="off">
						<input type="hidden" name="id" value={refused?.sent.id ?? page.id} />
						<ReachField
							site={page.site}
							elsewhere={page.elsewhere}
							defaultValue={refused?.sent.reach}
							error={errorOf('reach')}
						/>
						<TextAreaField
							name="note"
							label="Why is it taken back?"
							hint="A few neutral words, seen by managers only. Nothing about the people you support"
							maxLength={280}
							defaultValue={refused?.sent.note}
							error={errorOf('note')}
						/>
						<h2>The second person</h2>
						<SecondPersonFields staffCode={refused?.sent.staffCode} errorOf={errorOf} />
						<Button kind="warning" disabled={busy}>
							{busy ? 'Saving…' : 'Take the sign-off back'}
						</Button>
					</Form>
				</>
			)}
		</>
	);
}
