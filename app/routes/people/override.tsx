import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { catalogue } from '../../catalogue.server.ts';
import { override, previewOverride } from '../../commands/overriding.ts';
import { hoursIn, type OverrideRefusal, overrideForm, overrideRefusalWords } from '../../domain/override.ts';
import { reasonWords } from '../../domain/reason.ts';
import { forbidden } from '../../session.server.ts';
import { Choices, ErrorSummary, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice, Refusal } from '../../ui/notice.tsx';
import { OnCallForm } from '../../ui/on-call-form.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { withCell } from './cell.server.ts';
import { readSent } from './sent.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Allow ${data?.name ?? ''} for one round – Countersign` },
];

export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'override' }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const preview = await previewOverride(tx, visitor, catalogue(), cell, args.context.now);
		const { permit, code, stop } = preview.decision;
		return {
			id: uuidv7(),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			address,
			refusal: preview.refusal && overrideRefusalWords[preview.refusal],
			already: preview.refusal === 'not-overridable' && permit,
			nextStep: preview.refusal === 'not-overridable' && !permit ? reasonWords[stop ?? code].nextStep : null,
			hours: hoursIn(preview.longest),
			used: preview.used,
			perYear: preview.perYear,
			over: preview.used >= preview.perYear,
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'override' }, async (tx, { visitor, cell, address }) => {
		const { form, refusal, refuse } = await readSent(args.request, overrideForm);
		if (!form) return refusal;
		const allowed = await override(tx, visitor, catalogue(), cell, { ...form, now: args.context.now });
		if (allowed.ok) return redirect(address);
		if (allowed.why === 'not-authorised') throw forbidden();
		const fields: Partial<Record<OverrideRefusal, string>> = { 'too-long': 'hours', 'over-budget': 'over' };
		const field = fields[allowed.why] ?? 'main';
		return refuse([{ field, message: overrideRefusalWords[allowed.why] }]);
	});
}

export default function OverridePage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={`Allow ${page.name} for one round`}
				caption={`${page.title}, ${page.site}`}
				back={{ to: page.address, label: 'Evidence' }}
			/>
			<SummaryList
				rows={[
					{ key: 'Used in the last twelve months', value: `${page.used} of ${page.perYear} for ${page.name}` },
					{ key: 'At most', value: `${page.hours} hours` },
				]}
			/>
			{page.refusal ? (
				page.already ? (
					<>
						<Notice tone="plain" title="There is nothing to allow">
							<p>{page.name} may do this now. Their page says until when, and how.</p>
						</Notice>
						<LinkButton kind="secondary" to={page.address}>
							See the evidence
						</LinkButton>
					</>
				) : (
					<Refusal
						title="This cannot be allowed"
						why={page.nextStep ? `${page.refusal} What would put it right: ${page.nextStep}` : page.refusal}
						evidence={page.address}
					/>
				)
			) : (
				<>
					<Inset>
						<p>
							Only when nobody competent can come, and waiting would do more harm. For these hours every other system is
							told Yes for {page.name}. It does not make anybody competent. It is reported by itself: it stands in the
							list of overrides, with your name and your reason.
						</p>
					</Inset>
					<OnCallForm page={page} why="Why is there no other way?" sent={refused?.sent} errorOf={errorOf} busy={busy}>
						{(page.over || errorOf('over')) && (
							<Choices
								kind="checkbox"
								name="over"
								legend="More than your policy plans for"
								hint={`${page.name} has been allowed something on call ${page.used} times in the last twelve months; your policy plans for ${page.perYear}. It stands in the list, marked`}
								options={[{ value: 'yes', label: 'Allow it all the same: waiting would do more harm' }]}
								defaultValue={refused?.sent.over}
								error={errorOf('over')}
							/>
						)}
					</OnCallForm>
				</>
			)}
		</>
	);
}
