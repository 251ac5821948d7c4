import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds } from '#db/queries/evidence.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import { endAbsence, mayBeTakenBack, takeBack } from '../../commands/recording.ts';
import { evidenceWords } from '../../domain/evidence.ts';
import { detailOf } from '../../domain/evidence-detail.ts';
import { fieldErrors } from '../../domain/input.ts';
import { localDay, sayMoment } from '../../domain/period.ts';
import { recordRefusalWords, retractionForm } from '../../domain/record.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { Button, DateField, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { type PersonPage, withPerson } from './with-person.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Entered in error – Countersign' }];

async function entryOf(tx: Tx, { visitor, person }: PersonPage, evidenceId: string | undefined) {
	const id = z.uuid().safeParse(evidenceId);
	if (!id.success) throw notFound();
	const [entry] = await listEvidenceByIds(tx, { providerId: visitor.providerId, evidenceIds: [id.data] });
	if (!entry || entry.personId !== person.id || !mayBeTakenBack(entry)) throw notFound();
	return entry;
}

export async function loader(args: LoaderFunctionArgs) {
	return withPerson(args, 'correct', async (tx, page) => {
		const entry = await entryOf(tx, page, args.params.evidence);
		return {
			id: uuidv7(),
			name: `${page.person.givenName} ${page.person.familyName}`,
			address: page.address,
			what: evidenceWords[entry.kind],
			detail: detailOf(entry, titles()),
			observedAt: sayMoment(entry.observedAt),
			recordedAt: sayMoment(entry.recordedAt),
			today: localDay(args.context.now),
			away: entry.kind === 'absence' && entry.payload.back === null,
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withPerson(args, 'correct', async (tx, page) => {
		const entry = await entryOf(tx, page, args.params.evidence);
		const sent = Object.fromEntries([...(await args.request.formData())].map(([name, value]) => [name, String(value)]));
		const refuse = (errors: ReturnType<typeof fieldErrors>) => data({ errors, sent, at: Date.now() }, { status: 422 });
		const form = retractionForm.safeParse(sent);
		if (!form.success) return refuse(fieldErrors(form.error));
		const { visitor, address } = page;
		const given = { ...form.data, evidenceId: entry.id };
		const done = await (form.data.intent === 'back'
			? endAbsence(tx, visitor, catalogue(), given)
			: takeBack(tx, visitor, catalogue(), given));
		if (!done) throw notFound();
		if (done.ok) return redirect(address);
		if (done.why === 'not-yours-to-correct' || done.why === 'not-authorised') throw forbidden();
		return refuse([{ field: 'main', message: recordRefusalWords[done.why] }]);
	});
}

export default function RetractionPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const sent = (refused?.sent ?? {}) as Record<string, string>;
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading title="Put a record right" caption={page.name} back={{ to: page.address, label: page.name }} />
			<SummaryList
				rows={[
					{ key: 'What', value: [page.what, page.detail].filter(Boolean).join(': ') },
					{ key: 'Happened', value: page.observedAt },
					{ key: 'Recorded', value: page.recordedAt },
				]}
			/>
			{page.away && (
				<Form method="post" noValidate>
					<input type="hidden" name="id" value={sent.id ?? page.id} />
					<DateField
						label="First day back"
						name="back"
						defaultValue={sent.back ?? page.today}
						error={errorOf('back')}
					/>
					<Button name="intent" value="back" disabled={busy}>
						They are back
					</Button>
				</Form>
			)}
			<Inset>
				Nothing is deleted. The row stays, marked as entered in error with your reason, and does not count any more.
				What was known before stays as it was known.
			</Inset>
			<Form method="post" noValidate>
				<input type="hidden" name="id" value={sent.id ?? page.id} />
				<TextAreaField
					name="note"
					label="What was wrong with it?"
					hint="A few words. Nothing about the people you support"
					maxLength={280}
					defaultValue={sent.note}
					error={errorOf('note')}
				/>
				<Button kind="warning" name="intent" value="retract" disabled={busy}>
					It was entered in error
				</Button>
			</Form>
		</>
	);
}
