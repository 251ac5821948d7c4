import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation, useSubmit } from '@remix-run/react';
import { useForm } from 'react-hook-form';
import { catalogue } from '../../catalogue.server.ts';
import { discardRound, saveRound } from '../../commands/assessing.ts';
import { judgeRound } from '../../commands/judging-rounds.ts';
import { unanswered } from '../../domain/checklist.ts';
import { fieldErrors } from '../../domain/input.ts';
import { sayMoment } from '../../domain/period.ts';
import { looksIdentifying, readRound, roundFields, roundForm } from '../../domain/round.ts';
import { nobodyIn, nobodyWords } from '../../domain/round-worth.ts';
import { inProvider } from '../../session.server.ts';
import { CriterionRow } from '../../ui/criterion.tsx';
import { Button, Choices, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { useKeeping } from '../../ui/keep-form.ts';
import { Heading } from '../../ui/layout.tsx';
import { Inset, ReviewMark } from '../../ui/notice.tsx';
import { Progress } from '../../ui/progress.tsx';
import { RoundFacts } from '../../ui/round-facts.tsx';
import { RoundWarnings } from '../../ui/round-warnings.tsx';
import { openRound } from './open-round.server.ts';
import { isLateBy, warningsOf } from './warnings.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Round with ${data?.learner ?? ''} – Countersign` },
];

export async function loader(args: LoaderFunctionArgs) {
	const { visitor, found, roundId } = await openRound(args);
	// A round that is not open any more has been signed: its record is under the same id.
	if (!found?.learner) return redirect(`/observations/${roundId}`);
	const { round, learner, checklist, policy } = found;
	const { now } = args.context;
	const judged = await inProvider(visitor, (tx) => judgeRound(tx, visitor, catalogue(), round, now));
	return {
		warnings: warningsOf({ ...judged, late: isLateBy(round, policy, now) }),
		learner: `${learner.givenName} ${learner.familyName}`,
		startedAt: sayMoment(round.startedAt),
		title: checklist.title,
		review: checklist.provenance.clinicalReview,
		sections: checklist.sections,
		asked: found.asked,
		form: roundFields(round.form as Record<string, unknown>),
	};
}

/** Keeps what is filled in, always; goes on to the signatures only when it is whole. */
export async function action(args: ActionFunctionArgs) {
	const { visitor, found, roundId } = await openRound(args);
	if (!found) return redirect(`/observations/${roundId}`);
	const formData = await args.request.formData();
	if (formData.get('intent') === 'discard') {
		await inProvider(visitor, (tx) => discardRound(tx, visitor, roundId));
		return redirect('/rounds');
	}
	const form: Record<string, unknown> = readRound(formData);
	const known = new Set(found.checklist.sections.flatMap((section) => section.criteria.map((each) => each.id)));
	const results = Object.fromEntries(
		Object.entries(form.results as Record<string, string>).filter(([id, value]) => known.has(id) && value.length < 20),
	);
	const { asked } = found;
	const kept = {
		...roundFields({ ...form, results }),
		...(asked.counts ? {} : { people: '0', doses: '0', refusals: '0' }),
		stoppedForSafety: form.stoppedForSafety,
		simulated: form.simulated,
		note: String(form.note ?? '').slice(0, 500),
	};
	await inProvider(visitor, (tx) => saveRound(tx, visitor, roundId, kept));
	if (form.intent === 'keep') return null;
	if (form.intent === 'later') return redirect('/rounds');

	const parsed = roundForm.safeParse(kept);
	const nobody = parsed.success ? nobodyIn(parsed.data, found.checklist, found.policy) : [];
	const open = unanswered(found.checklist, results).map((each) => ({
		field: `results.${each.id}`,
		message: `Answer: ${each.text}`,
	}));
	const errors = [
		...open,
		...(parsed.success ? [] : fieldErrors(parsed.error).filter(({ field }) => !field.startsWith('results'))),
		...nobody.map((field) => ({ field, message: nobodyWords[field] })),
	];
	if (asked.variants.length && !asked.variants.includes(kept.variant))
		errors.push({ field: 'variant', message: 'Choose what you saw' });
	if (parsed.success && looksIdentifying(parsed.data.note) && form.noteIsFine !== 'yes')
		errors.push({
			field: 'note',
			message: 'The note may name or describe a person you support. Take that out, or tick that it does not',
		});
	if (errors.length) return data({ errors, at: Date.now() }, { status: 422 });
	return redirect(`/rounds/${roundId}/signatures`);
}

interface Fields {
	results: Record<string, string>;
}

export default function RoundPage() {
	const round = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const submit = useSubmit();
	const keeping = useKeeping();
	const { register, watch, handleSubmit } = useForm<Fields>({ defaultValues: { results: round.form.results } });
	const errors = refused?.errors ?? [];
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	const answered = Object.values(watch('results') ?? {}).filter(Boolean).length;
	const total = round.sections.reduce((sum, section) => sum + section.criteria.length, 0);
	let number = 0;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={`Round with ${round.learner}`}
				caption={`${round.title}, begun ${round.startedAt}`}
				back={{ to: '/rounds', label: 'Observe' }}
			/>
			<RoundWarnings warnings={round.warnings} />
			<Inset>
				<p>
					Watch, do not help. If you had to prompt on a critical line, that is a No. Write nothing about the people you
					support: counts only.
				</p>
			</Inset>
			<Form
				method="post"
				noValidate
				onChange={keeping.keep}
				onSubmit={(event) => {
					const form = event.currentTarget;
					const { submitter } = event.nativeEvent as SubmitEvent;
					event.preventDefault();
					return handleSubmit(() => submit((submitter as HTMLButtonElement | null) ?? form))(event);
				}}
			>
				{round.sections.map((section) => (
					<section key={section.title}>
						<h2>{section.title}</h2>
						{section.criteria.map((each) => {
							number += 1;
							return (
								<CriterionRow
									key={each.id}
									id={each.id}
									number={number}
									text={each.text}
									look={each.look}
									critical={each.critical}
									mayNotApply={each.mayNotApply}
									answer={round.form.results[each.id]}
									error={errorOf(`results.${each.id}`)}
									inputProps={() => register(`results.${each.id}`)}
								/>
							);
						})}
					</section>
				))}
				<section>
					<RoundFacts asked={round.asked} form={round.form} errorOf={errorOf} />
					<TextAreaField
						name="note"
						label="Note for the learner and the manager (if you want)"
						hint="No names, rooms, dates of birth or medicines of the people you support"
						maxLength={280}
						defaultValue={round.form.note}
						error={errorOf('note')}
					/>
					{errorOf('note') && (
						<Choices
							kind="checkbox"
							name="noteIsFine"
							legend="About the note"
							options={[{ value: 'yes', label: 'It says nothing about a person we support' }]}
						/>
					)}
				</section>
				<Progress done={answered} of={total} label="lines answered" />
				<p className="hint" role="status">
					{keeping.kept && 'Everything so far is saved.'}
				</p>
				<div className="actions">
					<Button name="intent" value="sign" disabled={busy}>
						Go to signatures
					</Button>
					<Button name="intent" value="later" kind="secondary" disabled={busy}>
						Save and finish later
					</Button>
					<Button name="intent" value="discard" kind="secondary" disabled={busy}>
						Throw this round away
					</Button>
				</div>
			</Form>
			<ReviewMark review={round.review} />
		</>
	);
}
