import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { catalogue } from '../../catalogue.server.ts';
import { previewSignOff, signOff } from '../../commands/authorising.ts';
import { signOffRefusalWords } from '../../domain/assessing.ts';
import { signOffForm } from '../../domain/input.ts';
import { sayDay } from '../../domain/period.ts';
import { notFound } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { withCell } from './cell.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Sign off ${data?.name ?? ''} – Countersign` },
];

/** What a sign-off would grant, and until when, before anything is saved. */
export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'sign-off' }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const preview = await previewSignOff(tx, visitor, catalogue(), cell, args.context.now);
		if (!preview) throw notFound();
		const { term, refusal, decision } = preview;
		return {
			id: uuidv7(),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			permits: pinned.body.permits,
			site: site.name,
			address,
			refusal: refusal && signOffRefusalWords[refusal],
			lastDay: term.lastDay,
			lastDayWords: sayDay(term.lastDay),
			arithmetic: `${months(term.validity)} from ${sayDay(term.startsFrom)}${
				term.keepsAnniversary
					? ', the last day of the sign-off it renews, so nothing is lost by renewing early'
					: ', today'
			}`,
			rounds: decision.progress.find((each) => each.requirement.kind === 'observation')?.evidence.length ?? 0,
			facts: preview.basis.length,
		};
	});
}

/** Durations in privilege files are whole months or years; anything else is shown as it is written. */
function months(duration: string): string {
	const [, count] = /^P(\d+)M$/.exec(duration) ?? [];
	return count ? `${count} months` : duration;
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'sign-off' }, async (tx, { visitor, cell, address }) => {
		const form = signOffForm.safeParse(Object.fromEntries(await args.request.formData()));
		const refuse = (message: string) => data({ errors: [{ field: 'save', message }] }, { status: 422 });
		if (!form.success) return refuse('Please look at the page again and confirm');
		const signed = await signOff(tx, visitor, catalogue(), cell, { ...form.data, now: args.context.now });
		if (signed.ok) return redirect(address);
		if (signed.why === 'unknown-privilege') throw notFound();
		return refuse(signOffRefusalWords[signed.why]);
	});
}

export default function SignOffPage() {
	const preview = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	return (
		<>
			<ErrorSummary errors={refused?.errors ?? []} />
			<Heading
				title={`Sign off ${preview.name}`}
				caption={`${preview.title}, ${preview.site}`}
				back={{ to: preview.address, label: 'Evidence' }}
			/>
			{preview.refusal ? (
				<>
					<Notice tone="warning" title="This cannot be signed off yet">
						<p>{preview.refusal}</p>
					</Notice>
					<LinkButton kind="secondary" to={preview.address}>
						See what is asked
					</LinkButton>
				</>
			) : (
				<>
					<SummaryList
						rows={[
							{ key: 'Who', value: preview.name },
							{ key: 'May then', value: preview.permits },
							{ key: 'Where', value: preview.site },
							{ key: 'Until the end of', value: <strong>{preview.lastDayWords}</strong> },
							{ key: 'Worked out as', value: preview.arithmetic },
							{
								key: 'It rests on',
								value: `${preview.facts} pieces of evidence, ${preview.rounds} of them observed rounds`,
							},
						]}
					/>
					<p>
						By signing off you say: I have looked at the evidence, and I am satisfied that {preview.name} is competent.
						Other systems will let {preview.name} act from this moment.
					</p>
					<Form method="post">
						<input type="hidden" name="id" value={preview.id} />
						<input type="hidden" name="shownLastDay" value={preview.lastDay} />
						<Button id="save" disabled={busy}>
							{busy ? 'Saving…' : `Sign off until ${preview.lastDayWords}`}
						</Button>
					</Form>
				</>
			)}
		</>
	);
}
