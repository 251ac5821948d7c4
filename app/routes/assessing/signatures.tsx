import { zodResolver } from '@hookform/resolvers/zod';
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation, useSubmit } from '@remix-run/react';
import { useForm } from 'react-hook-form';
import { listOpenRounds } from '#db/queries/rounds.ts';
import { catalogue } from '../../catalogue.server.ts';
import { previewRound, signRound } from '../../commands/assessing.ts';
import { roundRefusalWords } from '../../domain/assessing.ts';
import { criteriaOf } from '../../domain/checklist.ts';
import { type FieldError, fieldErrors, signaturesForm } from '../../domain/input.ts';
import { finishedForm } from '../../domain/round-worth.ts';
import { inProvider } from '../../session.server.ts';
import { Button, ErrorSummary, PasswordField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { RoundWarnings } from '../../ui/round-warnings.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { openRound } from './open-round.server.ts';
import { warningsOf } from './warnings.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Signatures – Countersign' }];

export async function loader(args: LoaderFunctionArgs) {
	const { visitor, roundId, found } = await openRound(args);
	if (!found) return redirect(`/observations/${roundId}`);
	const { round, learner, checklist, policy } = found;
	const form = finishedForm(round.form, checklist, policy);
	if (!form) return redirect(`/rounds/${roundId}`);
	const { now } = args.context;
	const mark = await inProvider(visitor, (tx) =>
		previewRound(tx, visitor, catalogue(), { round, form, checklist, now }),
	);
	const beside = await inProvider(visitor, (tx) =>
		listOpenRounds(tx, { providerId: visitor.providerId, assessorId: visitor.personId }),
	);
	const textOf = new Map(criteriaOf(checklist).map((each) => [each.id, each.text]));
	const texts = (ids: string[]) => ids.map((id) => textOf.get(id) ?? id);
	return {
		roundId: round.id,
		assessor: visitor.name,
		learner: learner ? `${learner.givenName} ${learner.familyName}` : '',
		learnerGiven: learner?.givenName ?? '',
		// Never said before the rule says so.
		passed: mark.passed && !mark.uncounted,
		failed: !mark.passed,
		warnings: warningsOf({
			...mark,
			refusal: mark.passed ? mark.refusal : null,
			besides: beside.some((each) => each.learnerId !== round.learnerId),
		}),
		stopped: form.stoppedForSafety,
		critical: texts(mark.criticalMissed),
		other: texts(mark.missed.filter((id) => !mark.criticalMissed.includes(id))),
		notSeen: texts(mark.notSeen),
		counts: `${form.people} people, ${form.doses} doses, ${form.refusals} declined`,
		note: form.note,
	};
}

export async function action(args: ActionFunctionArgs) {
	const { visitor, roundId, found } = await openRound(args);
	if (!found) return redirect(`/observations/${roundId}`);
	const refuse = (errors: FieldError[], status = 422) => data({ errors, at: Date.now() }, { status });
	const form = signaturesForm.safeParse(Object.fromEntries(await args.request.formData()));
	if (!form.success) return refuse(fieldErrors(form.error));
	const { checklist } = found;
	const signed = await inProvider(visitor, (tx) =>
		signRound(tx, visitor, catalogue(), { roundId, ...form.data, checklist, now: args.context.now }),
	);
	if (signed.ok || signed.why === 'unknown-round') return redirect(`/observations/${roundId}`);
	if (signed.why === 'unfinished') return redirect(`/rounds/${roundId}`);
	const field = 'whose' in signed ? `${signed.whose}Secret` : 'assessorSecret';
	if (signed.why === 'too-many')
		return refuse(
			[{ field, message: 'Too many wrong tries. Wait five minutes, then try again. Nothing is lost' }],
			429,
		);
	if (signed.why === 'wrong') return refuse([{ field, message: 'That is not the right PIN or password' }]);
	return refuse([{ field, message: roundRefusalWords[signed.why] }]);
}

export default function Signatures() {
	const round = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const submit = useSubmit();
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(signaturesForm),
		defaultValues: { assessorSecret: '', learnerSecret: '' },
		shouldFocusError: false,
	});
	const mistakes = Object.entries(formState.errors).map(([field, { message = '' }]) => ({ field, message }));
	const errors = mistakes.length ? mistakes : (refused?.errors ?? []);
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={`${refused?.at} ${formState.submitCount}`} errors={errors} />
			<Heading
				title="Both sign"
				caption={`Round with ${round.learner}`}
				back={{ to: `/rounds/${round.roundId}`, label: 'Back to the lines' }}
			/>
			{round.passed ? (
				<Notice tone="next" title="This round is passed, once you both sign">
					<p>{round.counts}.</p>
				</Notice>
			) : !round.failed ? (
				<Notice tone="warning" title="This round will be kept and will not count">
					<p>{round.counts}.</p>
				</Notice>
			) : (
				<Notice tone="warning" title="This round does not count yet">
					<p>
						{round.stopped
							? 'The round was stopped to keep somebody safe. '
							: round.critical.length
								? 'A critical line was missed. '
								: 'More lines were missed than the policy allows. '}
						Talk it through kindly, agree what to practise, and plan the next round.
					</p>
				</Notice>
			)}
			<RoundWarnings warnings={round.warnings} />
			<SummaryList
				rows={[
					...(round.critical.length ? [{ key: 'Critical lines missed', value: <Lines of={round.critical} /> }] : []),
					...(round.other.length ? [{ key: 'Other lines to practise', value: <Lines of={round.other} /> }] : []),
					...(round.notSeen.length
						? [{ key: 'Not seen, to be seen on another round', value: <Lines of={round.notSeen} /> }]
						: []),
					{ key: 'Seen', value: round.counts },
					...(round.note ? [{ key: 'Note', value: round.note }] : []),
				]}
			/>
			<p>
				By signing you both say: this is what happened on this round. {round.learnerGiven}, your signature does not mean
				that you agree with every line.
			</p>
			<Form
				method="post"
				noValidate
				autoComplete="off"
				onSubmit={(event) => {
					const form = event.currentTarget;
					event.preventDefault();
					return handleSubmit(() => submit(form))(event);
				}}
			>
				<PasswordField
					label={`${round.assessor}: your PIN or password`}
					autoComplete="off"
					error={errorOf('assessorSecret')}
					{...register('assessorSecret')}
				/>
				<PasswordField
					label={`${round.learner}: your PIN or password`}
					autoComplete="off"
					error={errorOf('learnerSecret')}
					{...register('learnerSecret')}
				/>
				<Button disabled={busy}>{busy ? 'Saving…' : 'Sign and save the round'}</Button>
			</Form>
		</>
	);
}

function Lines({ of }: { of: string[] }) {
	return (
		<ul>
			{of.map((text) => (
				<li key={text}>{text}</li>
			))}
		</ul>
	);
}
