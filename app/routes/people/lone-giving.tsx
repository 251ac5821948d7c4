import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { catalogue } from '../../catalogue.server.ts';
import { allowLoneGiving, listSecondChecks, previewLoneGiving } from '../../commands/lone-givings.ts';
import { type LoneGivingRefusal, loneGivingForm, loneGivingRefusalWords } from '../../domain/lone-giving.ts';
import { hoursIn } from '../../domain/override.ts';
import { forbidden } from '../../session.server.ts';
import { ErrorSummary, SelectField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Refusal } from '../../ui/notice.tsx';
import { OnCallForm } from '../../ui/on-call-form.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { withCell } from './cell.server.ts';
import { readSent } from './sent.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Allow ${data?.name ?? ''} to give alone – Countersign` },
];

/** Whether somebody may give alone tonight, and who could check by telephone. */
export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'override' }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const preview = await previewLoneGiving(tx, visitor, catalogue(), cell, args.context.now);
		const checks = preview.refusal ? [] : await listSecondChecks(tx, visitor.providerId, catalogue(), cell);
		return {
			id: uuidv7(),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			address,
			refusal: preview.refusal && loneGivingRefusalWords[preview.refusal],
			hours: hoursIn(preview.longest),
			used: preview.used,
			checks: checks.map((each) => ({
				value: each.id,
				label: `${each.givenName} ${each.familyName}${each.id === visitor.personId ? ' (you)' : ''}`,
			})),
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'override' }, async (tx, { visitor, cell, address }) => {
		const { form, refusal, refuse } = await readSent(args.request, loneGivingForm);
		if (!form) return refusal;
		const allowed = await allowLoneGiving(tx, visitor, catalogue(), cell, { ...form, now: args.context.now });
		if (allowed.ok) return redirect(address);
		if (allowed.why === 'not-authorised') throw forbidden();
		const fields: Partial<Record<LoneGivingRefusal, string>> = {
			'too-long': 'hours',
			'checks-themself': 'secondCheck',
			'check-not-competent': 'secondCheck',
		};
		return refuse([{ field: fields[allowed.why] ?? 'main', message: loneGivingRefusalWords[allowed.why] }]);
	});
}

export default function LoneGivingPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={`Allow ${page.name} to give alone`}
				caption={`${page.title}, ${page.site}`}
				back={{ to: page.address, label: 'Evidence' }}
			/>
			<SummaryList
				rows={[
					{ key: 'Allowed alone in the last twelve months', value: String(page.used) },
					{ key: 'At most', value: `${page.hours} hours` },
				]}
			/>
			{page.refusal || !page.checks.length ? (
				<Refusal
					title="This cannot be allowed"
					why={
						page.refusal ??
						'There is nobody else at the provider today who is competent in this and could check. Ask the community nurses, or NHS 111 out of hours, for somebody who can come and give it.'
					}
					evidence={page.address}
				/>
			) : (
				<>
					<Inset>
						<p>
							Only when no witness can come, and waiting would do more harm. A competent colleague checks each dose and
							the count by telephone. At handover two people count again. It is reported by itself: it stands in the
							list of overrides, with your name and your reason.
						</p>
					</Inset>
					<OnCallForm page={page} why="Why is there no witness?" sent={refused?.sent} errorOf={errorOf} busy={busy}>
						<SelectField
							name="secondCheck"
							label="Who checks by telephone?"
							hint="Competent in this, or in witnessing it, today. Speak to them first"
							blank="Choose a colleague"
							options={page.checks}
							defaultValue={refused?.sent.secondCheck}
							error={errorOf('secondCheck')}
						/>
					</OnCallForm>
				</>
			)}
		</>
	);
}
