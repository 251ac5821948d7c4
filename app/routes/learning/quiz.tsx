import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { catalogue } from '../../catalogue.server.ts';
import { askedAgain, workplaces } from '../../commands/acknowledging.ts';
import { findCurrentAttempt, mayAttemptFrom, startAttempt } from '../../commands/learning.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { homeSite } from '../../domain/authority.ts';
import { decide } from '../../domain/decide.ts';
import { ofKind, presentFor } from '../../domain/evidence.ts';
import { sayMoment } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice, ReviewMark } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Quiz – Countersign' }];

function findQuiz(slug = '') {
	const quiz = catalogue().quizzes.get(slug);
	const privilege = [...catalogue().privileges.values()].find(({ body }) => requirementOf(body, 'quiz')?.quiz === slug);
	if (!quiz || !privilege) throw notFound();
	return { quiz: quiz.body, privilege: privilege.body };
}

export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const { quiz, privilege } = findQuiz(params.quiz);
	const siteId = homeSite(visitor.posts);
	return inProvider(visitor, async (tx) => {
		const open = await findCurrentAttempt(tx, visitor, catalogue(), quiz.slug, { siteId, now: context.now });
		const until = await mayAttemptFrom(tx, visitor, catalogue(), quiz.slug, siteId, context.now);
		const evidence = await listEvidenceOf(tx, { providerId: visitor.providerId, personIds: [visitor.personId] });
		const passed = ofKind(evidence, 'quiz-marked').findLast(
			({ payload }) => payload.quiz === quiz.slug && payload.passed,
		);
		const rules = await rulesBySite(tx, visitor.providerId, catalogue());
		const { policy } = rules(siteId);
		const present = presentFor(evidence, context.now);
		// A quiz that was passed may be asked for once more: for a renewal, or because something has changed.
		const decision = decide(rules(siteId), evidence, { privilege: privilege.code, siteId }, present);
		const again =
			(decision.standing !== 'competent' &&
				decision.progress.some((each) => each.requirement.kind === 'quiz' && !each.met)) ||
			askedAgain(rules, evidence, await workplaces(tx, visitor), present).some(
				(each) => each.recheck.asks === 'quiz' && each.privilege.code === privilege.code,
			);
		return {
			again: again && passed !== undefined,
			privilege: privilege.title,
			questions: quiz.draw.reduce((sum, each) => sum + each.questions, 0),
			passMark: policy.quiz.passMark,
			open: open ? { answered: Object.keys(open.answers).length, of: open.drawn.length } : null,
			wait: until && until > context.now ? sayMoment(until) : null,
			passed: passed && !again ? { score: passed.payload.score, on: sayMoment(passed.observedAt) } : null,
			review: quiz.banks.every((bank) => bank.provenance.clinicalReview !== 'awaiting')
				? (quiz.banks[0]?.provenance.clinicalReview ?? 'awaiting')
				: ('awaiting' as const),
		};
	});
}

export async function action({ context, request, params }: ActionFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const { quiz } = findQuiz(params.quiz);
	const started = await inProvider(visitor, (tx) =>
		startAttempt(tx, visitor, catalogue(), quiz.slug, {
			siteId: homeSite(visitor.posts),
			now: context.now,
			random: Math.random,
		}),
	);
	if (started.ok) return redirect(`/attempts/${started.attemptId}/1`);
	if (started.why === 'unknown-quiz') throw notFound();
	return data(
		{ errors: [{ field: 'start', message: `You can try again from ${sayMoment(started.until)}` }], at: Date.now() },
		{ status: 422 },
	);
}

export default function QuizStart() {
	const quiz = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	return (
		<>
			<ErrorSummary key={refused?.at} errors={refused?.errors ?? []} />
			<Heading title="Quiz" caption={quiz.privilege} back={{ to: '/induction', label: 'My induction' }} />
			{quiz.again && <Inset>You have passed this quiz before. You are asked to take it once more.</Inset>}
			{quiz.passed && (
				<Notice tone="success" title={`You have passed this quiz with ${quiz.passed.score}%`}>
					<p>On {quiz.passed.on}. You do not need to take it again.</p>
				</Notice>
			)}
			<SummaryList
				rows={[
					{ key: 'Questions', value: `${quiz.questions}, drawn for you from a larger set` },
					{ key: 'To pass', value: `${quiz.passMark}% right, and every safety question right` },
					{ key: 'Time', value: 'As long as you like. Each answer is saved, so you can stop and come back' },
				]}
			/>
			<p>You may use your notes and the modules. On a real round you look things up too.</p>
			{quiz.wait ? (
				<Notice tone="next" title={`You can try again from ${quiz.wait}`}>
					<p>Use the time to read the pages that were marked for you. Or ask a senior to go through them with you.</p>
				</Notice>
			) : (
				!quiz.passed && (
					<Form method="post">
						{quiz.open && (
							<p>
								You have answered {quiz.open.answered} of {quiz.open.of}.
							</p>
						)}
						<Button id="start" disabled={busy}>
							{quiz.open ? 'Carry on with the quiz' : 'Start the quiz'}
						</Button>
					</Form>
				)
			)}
			{quiz.passed && <LinkButton to="/induction">Back to my induction</LinkButton>}
			<ReviewMark review={quiz.review} />
		</>
	);
}
