import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import { readCorrection } from '../../commands/correcting.ts';
import { endAbsence, takeBack } from '../../commands/recording.ts';
import { evidenceWords } from '../../domain/evidence.ts';
import { detailOf } from '../../domain/evidence-detail.ts';
import { localDay, sayMoment } from '../../domain/period.ts';
import { retractionForm } from '../../domain/record.ts';
import { isForSecond, type TakingBackRefusal, takingBackRefusalWords } from '../../domain/taking-back.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { Button, DateField, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice } from '../../ui/notice.tsx';
import { SecondPersonFields } from '../../ui/stop-fields.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { sayEffects, saySecond } from './correction-words.server.ts';
import { readSent } from './sent.server.ts';
import { type PersonPage, withPerson } from './with-person.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Put a record of ${data?.name ?? ''} right – Countersign` },
];

/** A nurse is among them for what she has delegated. */
const authorities = ['correct', 'delegate'] as const;

async function correctionOf(tx: Tx, { visitor, person }: PersonPage, evidenceId: string | undefined, now: Date) {
	const id = z.uuid().safeParse(evidenceId);
	const known = id.success
		? await readCorrection(tx, visitor.providerId, catalogue(), { evidenceId: id.data, now })
		: null;
	if (!known || known.entry.personId !== person.id) throw notFound();
	return known;
}

export async function loader(args: LoaderFunctionArgs) {
	return withPerson(args, authorities, async (tx, page) => {
		const known = await correctionOf(tx, page, args.params.evidence, args.context.now);
		const { entry, evidence } = known;
		const by = evidence.find((each) => each.supersedes === entry.id);
		const refusal =
			entry.personId === page.visitor.personId ? 'yourself' : by ? 'taken-back' : (known.refusal ?? aloneRefusal());
		return {
			id: uuidv7(),
			name: `${page.person.givenName} ${page.person.familyName}`,
			address: page.address,
			what: evidenceWords[entry.kind],
			detail: detailOf(entry, titles()),
			observedAt: sayMoment(entry.observedAt),
			recordedAt: sayMoment(entry.recordedAt),
			today: localDay(args.context.now),
			away: !by && entry.kind === 'absence' && entry.payload.back === null,
			refusal: refusal && takingBackRefusalWords[refusal],
			second: await saySecond(tx, page.visitor, known),
			effects: await sayEffects(tx, page.visitor, known.effects),
		};

		/** What no second person could put right. */
		function aloneRefusal(): TakingBackRefusal | null {
			const why = known.refuse(page.visitor, null);
			return why && !isForSecond(why) ? why : null;
		}
	});
}

export async function action(args: ActionFunctionArgs) {
	return withPerson(args, authorities, async (tx, page) => {
		const { now } = args.context;
		const { entry } = await correctionOf(tx, page, args.params.evidence, now);
		const { form, refusal, refuse } = await readSent(args.request, retractionForm);
		if (!form) return refusal;
		const { visitor, address } = page;
		const { id, note, back, staffCode, secret } = form;
		const second = staffCode || secret ? { second: { staffCode, secret, now } } : {};
		const given = { id, ...second, evidenceId: entry.id, now };
		const done = await (form.intent === 'back'
			? endAbsence(tx, visitor, catalogue(), { ...given, back })
			: takeBack(tx, visitor, catalogue(), { ...given, note }));
		if (!done) throw notFound();
		if (done.ok) return redirect(address);
		if (forbiddenTo.includes(done.why)) throw forbidden();
		const message = takingBackRefusalWords[done.why];
		return refuse([{ field: fieldOf(done.why), message }], done.why === 'too-many' ? 429 : 422);
	});
}

const forbiddenTo: readonly TakingBackRefusal[] = ['not-yours-to-correct', 'not-everywhere', 'not-a-nurse'];
const ofSecond: readonly TakingBackRefusal[] = [
	'second-missing',
	'assessors-word',
	'same-person',
	'learner-confirms',
	'wrong-role',
	'nobody-provider-wide',
];

function fieldOf(why: TakingBackRefusal): string {
	if (why === 'wrong' || why === 'too-many') return 'secret';
	if (why === 'back-too-early') return 'back';
	return ofSecond.includes(why) ? 'staffCode' : 'main';
}

export default function RetractionPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const sent = (refused?.sent ?? {}) as Record<string, string>;
	const errorIn = (intent: string) => (field: string) =>
		sent.intent === intent ? errors.find((each) => each.field === field)?.message : undefined;
	// Two forms may ask for a second person: an error leads to the field of the one that was sent.
	const placed = (each: (typeof errors)[number]) =>
		sent.intent === 'back' && each.field !== 'back' && each.field !== 'main'
			? { ...each, field: `back-${each.field}` }
			: each;
	const backNeedsTwo =
		['staffCode', 'secret'].some((field) => errorIn('back')(field)) || (sent.intent === 'back' && sent.staffCode);
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors.map(placed)} />
			<Heading title="Put a record right" caption={page.name} back={{ to: page.address, label: page.name }} />
			<SummaryList
				rows={[
					{ key: 'What', value: [page.what, page.detail].filter(Boolean).join(': ') },
					{ key: 'Happened', value: page.observedAt },
					{ key: 'Recorded', value: page.recordedAt },
				]}
			/>
			{page.away && (
				<Form method="post" noValidate autoComplete="off">
					<input type="hidden" name="id" value={sent.id ?? page.id} />
					<DateField
						label="First day back"
						name="back"
						max={page.today}
						defaultValue={sent.back ?? page.today}
						error={errorIn('back')('back')}
					/>
					{backNeedsTwo && <SecondPersonFields prefix="back-" staffCode={sent.staffCode} errorOf={errorIn('back')} />}
					<Button name="intent" value="back" disabled={busy}>
						They are back
					</Button>
				</Form>
			)}
			{page.effects.length > 0 ? (
				<>
					<h2>What taking it back changes at once</h2>
					<ul>
						{page.effects.map((line) => (
							<li key={line}>{line}</li>
						))}
					</ul>
				</>
			) : (
				<p>Taking it back changes no answer today.</p>
			)}
			<Inset>
				Nothing is deleted. The row stays, marked as entered in error with your reason, and does not count any more.
				What was known before stays as it was known.
			</Inset>
			{page.refusal ? (
				<Notice tone="warning" title="You cannot take this back">
					<p>{page.refusal}</p>
				</Notice>
			) : (
				<Form method="post" noValidate autoComplete="off">
					<input type="hidden" name="id" value={sent.id ?? page.id} />
					<TextAreaField
						name="note"
						label="What was wrong with it?"
						hint="A few words. Nothing about the people you support"
						maxLength={280}
						defaultValue={sent.note}
						error={errorIn('retract')('note')}
					/>
					{page.second && (
						<>
							<h2>The second person</h2>
							<p>{page.second}</p>
							<SecondPersonFields staffCode={sent.staffCode} errorOf={errorIn('retract')} />
						</>
					)}
					<Button kind="warning" name="intent" value="retract" disabled={busy}>
						It was entered in error
					</Button>
				</Form>
			)}
		</>
	);
}
