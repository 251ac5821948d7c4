import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listReadings } from '#db/queries/learning.ts';
import { catalogue } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/append.ts';
import { decide } from '../../domain/decide.ts';
import { presentFor } from '../../domain/evidence.ts';
import { type NextTask, nextTask, shortOfRounds } from '../../domain/induction.ts';
import { lastDayBefore, sayDay } from '../../domain/period.ts';
import type { Privilege } from '../../domain/privilege.ts';
import type { Progress } from '../../domain/progress.ts';
import { reasonWords } from '../../domain/reason.ts';
import { inProvider, requireAuthority } from '../../session.server.ts';
import { Heading } from '../../ui/layout.tsx';
import { Inset, Notice } from '../../ui/notice.tsx';
import { Progress as ProgressBar } from '../../ui/progress.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { NextStep, TaskList } from '../../ui/task-list.tsx';

export const meta: MetaFunction = () => [{ title: 'My induction – Countersign' }];

interface Task {
	title: string;
	hint?: string;
	to?: string;
	status: { label: string; tone: 'done' | 'next' | 'todo' | 'waiting' };
}

export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const { modules, privileges } = catalogue();
	const { evidence, readings, rules } = await inProvider(visitor, async (tx) => ({
		evidence: await listEvidenceOf(tx, { providerId: visitor.providerId, personIds: [visitor.personId] }),
		readings: await listReadings(tx, { providerId: visitor.providerId, personId: visitor.personId }),
		rules: await rulesBySite(tx, visitor.providerId, catalogue()),
	}));
	const present = presentFor(evidence, context.now);
	const posts = visitor.posts.filter((post) => post.siteId !== null);
	const sections = posts.flatMap((post) =>
		[...privileges.values()]
			.filter(({ body }) => body.for.includes(post.role))
			.map(({ body }) => {
				const siteId = post.siteId as string;
				const decision = decide(rules(siteId), evidence, { privilege: body.code, siteId }, present);
				const next = nextTask(decision);
				return {
					key: `${siteId} ${body.code}`,
					title: body.title,
					permits: body.permits,
					site: posts.length > 1 ? post.siteName : null,
					standing: decision.standing,
					until: decision.validUntil ? sayDay(lastDayBefore(decision.validUntil)) : null,
					permit: decision.permit,
					why: reasonWords[decision.code].user,
					blocked: decision.standing === 'paused' || decision.standing === 'withdrawn',
					done: decision.progress.filter((each) => each.met).length,
					tasks: decision.permit ? [] : decision.progress.map((each) => taskOf(each, next)),
					next: next && { ...stepOf(next, body), waitsFor: next.waitsFor },
				};
			}),
	);
	const step = sections.find((each) => !each.permit && !each.blocked && each.next)?.next ?? null;
	return { givenName: visitor.givenName, sections, step };

	function taskOf(progress: Progress, next: NextTask | null): Task {
		const { requirement, met, done, of } = progress;
		const isNext = next?.progress === progress && next.waitsFor === 'nobody';
		const status: Task['status'] = met
			? { label: 'Done', tone: 'done' }
			: isNext
				? { label: 'Next', tone: 'next' }
				: { label: 'To do', tone: 'todo' };
		switch (requirement.kind) {
			case 'module': {
				const pinned = modules.get(requirement.module);
				const read = readings.find((each) => each.module === requirement.module && each.version === pinned?.version);
				const begun = !met && (read?.pagesRead ?? 0) > 0;
				return {
					title: `Read: ${pinned?.body.title ?? requirement.module}`,
					hint: begun
						? `You have read ${read?.pagesRead} of ${pinned?.body.pages.length} pages`
						: `About ${pinned?.body.minutes} minutes`,
					to: `/modules/${requirement.module}`,
					status: begun ? { label: 'Started', tone: isNext ? 'next' : 'todo' } : status,
				};
			}
			case 'quiz':
				return { title: 'Take the quiz', to: `/quizzes/${requirement.quiz}`, status };
			case 'observation': {
				const missing = met ? [] : shortOfRounds(progress);
				return {
					title: 'Be watched on real rounds',
					hint: met ? `${of} of ${of} rounds passed` : `${done} of ${of} passed. Still needed: ${missing.join(', ')}`,
					status: met ? status : { label: done ? 'Started' : 'To do', tone: 'waiting' },
				};
			}
			case 'prerequisite':
				return {
					title: `First: ${privileges.get(requirement.privilege)?.body.title ?? requirement.privilege}`,
					status,
				};
			case 'sign-off':
				return {
					title: 'Final sign-off by your manager',
					status: met ? status : { label: 'Waiting', tone: 'waiting' },
				};
		}
	}

	function stepOf({ progress, waitsFor }: NextTask, privilege: Privilege) {
		const task = taskOf(progress, null);
		const { requirement } = progress;
		const begun = task.status.label === 'Started';
		if (requirement.kind === 'module')
			return {
				title: task.title.replace(/^Read: /, ''),
				text: begun
					? `${task.hint}. You carry on where you stopped.`
					: `${task.hint}, in short pages. You can stop at any time.`,
				action: { to: task.to ?? '/induction', label: begun ? 'Carry on reading' : 'Start reading' },
			};
		if (requirement.kind === 'quiz')
			return {
				title: 'Take the quiz',
				text: 'You have read everything. There is no time limit, and each answer is saved as you go.',
				action: { to: task.to ?? '/induction', label: 'Go to the quiz' },
			};
		return {
			title: waitsFor === 'assessor' ? 'Be watched on a real round' : 'Wait for your sign-off',
			text:
				waitsFor === 'assessor'
					? `Ask a senior who assesses: “Can you watch me ${privilege.title.toLowerCase()}?” Still needed: ${shortOfRounds(progress).join(', ')}.`
					: 'You have done your part. Your manager looks at everything and signs. Nothing for you to do.',
			action: null,
		};
	}
}

export default function Induction() {
	const { givenName, sections, step } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="My induction" caption={`Hello ${givenName}`} />
			{step?.action ? (
				<NextStep title={step.title} action={step.action}>
					<p>{step.text}</p>
				</NextStep>
			) : (
				step && (
					<Notice tone="next" title={step.title}>
						<p>{step.text}</p>
					</Notice>
				)
			)}
			{sections.length === 0 && <Inset>Nothing is asked of your role at the moment.</Inset>}
			{sections.map((section) => (
				<section key={section.key} aria-labelledby={section.key}>
					<h2 id={section.key}>
						{section.title}
						{section.site && ` – ${section.site}`}
					</h2>
					<p>
						<StandingTag standing={section.standing} until={section.until ?? undefined} />
					</p>
					{section.permit ? (
						<p>{section.why}</p>
					) : (
						<>
							<Inset>
								<p>
									<strong>You may not do this on your own yet.</strong> {section.why}
								</p>
							</Inset>
							<ProgressBar done={section.done} of={section.tasks.length} label="steps done" />
							<TaskList items={section.tasks} />
						</>
					)}
				</section>
			))}
		</>
	);
}
