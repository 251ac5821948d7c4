import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { z } from 'zod';
import { findContentVersion } from '#db/queries/content.ts';
import { findAttempt } from '#db/queries/learning.ts';
import { saveAnswer } from '../../commands/learning.ts';
import { type Quiz, readNumber, showQuestion } from '../../domain/quiz.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';
import { Button, Choices, ErrorSummary, LinkButton, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Progress } from '../../ui/progress.tsx';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Question ${data?.number ?? ''} – Quiz – Countersign` },
];

const address = z.object({ attempt: z.uuid(), number: z.coerce.number().int().positive() });

async function findQuestion({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const parsed = address.safeParse(params);
	if (!parsed.success) throw notFound();
	const { attempt: attemptId, number } = parsed.data;
	const found = await inProvider(visitor, async (tx) => {
		const attempt = await findAttempt(tx, { ...visitor, attemptId });
		return attempt && { attempt, quiz: await findContentVersion(tx, attempt.contentVersionId) };
	});
	const drawn = found?.attempt.drawn[number - 1];
	if (!found?.quiz || !drawn) throw notFound();
	return { visitor, number, attempt: found.attempt, question: showQuestion(found.quiz.body as Quiz, drawn) };
}

export async function loader(args: LoaderFunctionArgs) {
	const { number, attempt, question } = await findQuestion(args);
	if (attempt.markedAt) return redirect(`/attempts/${attempt.id}`);
	return {
		attempt: attempt.id,
		number,
		of: attempt.drawn.length,
		question,
		answer: attempt.answers[question.id] ?? null,
	};
}

export async function action(args: ActionFunctionArgs) {
	const { visitor, number, attempt, question } = await findQuestion(args);
	const answer = String((await args.request.formData()).get('answer') ?? '').trim();
	const right =
		question.kind === 'choice'
			? /^\d+$/.test(answer) && Number(answer) < question.options.length
			: readNumber(answer) !== null;
	if (!right) {
		const message = question.kind === 'choice' ? 'Choose one answer' : 'Enter a number, such as 7.5';
		return data({ errors: [{ field: 'answer', message }], at: Date.now() }, { status: 422 });
	}
	await inProvider(visitor, (tx) => saveAnswer(tx, visitor, attempt.id, question.id, answer));
	const next = number < attempt.drawn.length ? `/attempts/${attempt.id}/${number + 1}` : `/attempts/${attempt.id}`;
	return redirect(next);
}

export default function QuestionPage() {
	const { attempt, number, of, question, answer } = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading title={`Question ${number}`} back={{ to: '/induction', label: 'Stop here for now' }} />
			<Progress done={number} of={of} label="questions" />
			<Form method="post" key={question.id}>
				{question.kind === 'choice' ? (
					<Choices
						kind="radio"
						name="answer"
						legend={question.ask}
						error={errors[0]?.message}
						options={question.options.map((label, place) => ({ value: String(place), label }))}
						defaultValue={answer ?? undefined}
					/>
				) : (
					<TextField
						name="answer"
						label={question.ask}
						hint="Enter a number"
						inputMode="decimal"
						autoComplete="off"
						width={6}
						suffix={question.unit}
						error={errors[0]?.message}
						defaultValue={answer ?? ''}
					/>
				)}
				<div className="actions">
					<Button disabled={busy}>Save and continue</Button>
					{number > 1 && (
						<LinkButton kind="secondary" to={`/attempts/${attempt}/${number - 1}`}>
							Previous question
						</LinkButton>
					)}
				</div>
			</Form>
		</>
	);
}
