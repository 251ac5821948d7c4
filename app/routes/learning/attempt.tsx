import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useLoaderData, useNavigation } from '@remix-run/react';
import { z } from 'zod';
import { findContentVersion } from '#db/queries/content.ts';
import { findAttempt } from '#db/queries/learning.ts';
import { catalogue } from '../../catalogue.server.ts';
import { findCurrentAttempt, findMark, handInAttempt, mayAttemptFrom } from '../../commands/learning.ts';
import { homeSite } from '../../domain/authority.ts';
import { sayMoment } from '../../domain/period.ts';
import { markQuiz, type Quiz } from '../../domain/quiz.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';
import { Button, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice } from '../../ui/notice.tsx';

export const meta: MetaFunction = () => [{ title: 'Your answers – Quiz – Countersign' }];

export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const attemptId = z.uuid().safeParse(params.attempt);
	if (!attemptId.success) throw notFound();
	const siteId = homeSite(visitor.posts);
	return inProvider(visitor, async (tx) => {
		const attempt = await findAttempt(tx, { ...visitor, attemptId: attemptId.data });
		const pinned = attempt && (await findContentVersion(tx, attempt.contentVersionId));
		if (!attempt || !pinned) throw notFound();
		const unanswered = attempt.drawn.flatMap((each, place) => (attempt.answers[each.id] ? [] : [place + 1]));
		const common = { id: attempt.id, quiz: attempt.quiz, of: attempt.drawn.length, unanswered, closed: false };
		const recorded = await findMark(tx, visitor, attempt.id);
		if (!recorded) {
			const at = { siteId, now: context.now };
			const current = await findCurrentAttempt(tx, visitor, catalogue(), attempt.quiz, at);
			return { ...common, closed: current?.id !== attempt.id, result: null };
		}
		const mark = markQuiz(pinned.body as Quiz, attempt.drawn, attempt.answers, recorded.passMark);
		const until = await mayAttemptFrom(tx, visitor, catalogue(), attempt.quiz, siteId, context.now);
		const { modules } = catalogue();
		return {
			...common,
			result: {
				passed: recorded.passed,
				score: recorded.score,
				passMark: recorded.passMark,
				criticalMissed: recorded.criticalMissed.length,
				revisit: mark.revisit.map(({ module, page }) => ({
					to: `/modules/${module}/${page}`,
					module: modules.get(module)?.body.title ?? module,
					title: modules.get(module)?.body.pages.find((each) => each.id === page)?.title ?? page,
				})),
				wait: until && until > context.now ? sayMoment(until) : null,
			},
		};
	});
}

/** Hands the answers in to be marked. */
export async function action({ context, request, params }: ActionFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const attemptId = z.uuid().safeParse(params.attempt);
	if (!attemptId.success) throw notFound();
	const marked = await inProvider(visitor, (tx) =>
		handInAttempt(tx, visitor, catalogue(), attemptId.data, { siteId: homeSite(visitor.posts), now: context.now }),
	);
	// One that is closed says so on its own page; there is no page of one that does not exist.
	if (!marked && !(await inProvider(visitor, (tx) => findAttempt(tx, { ...visitor, attemptId: attemptId.data }))))
		throw notFound();
	return redirect(`/attempts/${attemptId.data}`);
}

export default function AttemptPage() {
	const { id, quiz, of, unanswered, closed, result } = useLoaderData<typeof loader>();
	const busy = useNavigation().state !== 'idle';
	if (closed)
		return (
			<>
				<Heading title="These answers are closed" back={{ to: '/induction', label: 'My induction' }} />
				<Notice tone="warning" title="This quiz has changed since you opened it">
					<p>Your old answers are kept, but they do not count. Begin the quiz again.</p>
				</Notice>
				<LinkButton to={`/quizzes/${quiz}`}>Go to the quiz</LinkButton>
			</>
		);
	if (!result)
		return (
			<>
				<Heading title="Hand in your answers" back={{ to: `/attempts/${id}/${of}`, label: 'Back to the questions' }} />
				{unanswered.length ? (
					<Notice tone="warning" title={`${unanswered.length} of ${of} questions have no answer yet`}>
						<ul>
							{unanswered.map((number) => (
								<li key={number}>
									<Link to={`/attempts/${id}/${number}`}>Question {number}</Link>
								</li>
							))}
						</ul>
					</Notice>
				) : (
					<p className="lead">You have answered all {of} questions. You can still go back and change an answer.</p>
				)}
				<Form method="post">
					<Button disabled={busy}>{busy ? 'Marking…' : 'Hand in my answers'}</Button>
				</Form>
			</>
		);
	if (result.passed)
		return (
			<>
				<Heading title="You have passed the quiz" />
				<Notice tone="success" title={`${result.score}% right`}>
					<p>And every safety question right. Well done.</p>
				</Notice>
				<Inset>
					A quiz shows what you know. Before you may give medicines, somebody competent also watches what you do.
				</Inset>
				<LinkButton to="/induction">See what is next</LinkButton>
			</>
		);
	return (
		<>
			<Heading title="Not passed yet" />
			<p className="lead">
				You had {result.score}% right. You need {result.passMark}%
				{result.criticalMissed > 0 && `, and ${result.criticalMissed} of the safety questions went wrong`}.
			</p>
			<h2>Pages to read again</h2>
			<ul>
				{result.revisit.map(({ to, title, module }) => (
					<li key={to}>
						<Link to={to}>{title}</Link> ({module})
					</li>
				))}
			</ul>
			<p>This is learning, not a test of you. Next time you get other questions.</p>
			{result.wait ? (
				<Inset>You can try again from {result.wait}.</Inset>
			) : (
				<LinkButton to={`/quizzes/${quiz}`}>Try again when you are ready</LinkButton>
			)}
		</>
	);
}
