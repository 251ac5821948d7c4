import type { Reading } from '#db/queries/learning.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import { readFor } from '../../commands/acknowledging.ts';
import { sayAskedToThem, titleOfAsked } from '../../domain/asked.ts';
import type { Progress } from '../../domain/ground.ts';
import { type NextTask, shortOfRounds } from '../../domain/induction.ts';
import { type Privilege, requirementOf, roleWords } from '../../domain/privilege.ts';
import type { Recheck } from '../../domain/recheck.ts';
import { readable, sayRequirement } from '../../domain/requirement-words.ts';

interface Task {
	title: string;
	hint?: string;
	to?: string;
	status: { label: string; tone: 'done' | 'next' | 'todo' | 'waiting' };
}

/** One thing that a privilege asks for, as a learner reads it. */
export function taskOf(progress: Progress, next: NextTask | null, readings: readonly Reading[]): Task {
	const { modules, privileges } = catalogue();
	const { requirement, met, done, of } = progress;
	const isNext = next?.progress?.requirement === requirement && next.waitsFor === 'nobody';
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
		case 'declaration':
			return {
				title: `Read the ${readable(requirement.document)}`,
				to: `/documents/${requirement.document}`,
				status,
			};
		case 'site-induction':
			return { title: 'Be shown round', status: met ? status : { label: 'Waiting', tone: 'waiting' } };
		case 'role':
			return {
				title: `Your role here: ${requirement.roles.map((role) => roleWords[role]).join(', ')}`,
				status: met ? status : { label: 'Waiting', tone: 'waiting' },
			};
		case 'age-decision':
			return {
				title: 'Your manager decides, because you are under 18',
				status: met ? status : { label: 'Waiting', tone: 'waiting' },
			};
		case 'agency-check':
			return {
				title: 'Your manager checks your agency papers',
				status: met ? status : { label: 'Waiting', tone: 'waiting' },
			};
		case 'award':
		case 'delegation':
			return {
				title: sayRequirement(requirement, titles()),
				status: met ? status : { label: 'Waiting', tone: 'waiting' },
			};
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

/** Something that a privilege asks for again, as a learner reads it. */
export function taskAgain(recheck: Recheck, privilege: Privilege, next: NextTask | null): Task {
	const to = actionFor({ recheck, privilege })?.to;
	return {
		title: recheck.asks === 'observation' ? 'Be watched again on a real round' : titleOfAsked(recheck, privilege.title),
		hint: sayAskedToThem(recheck),
		...(to ? { to } : {}),
		status:
			next?.recheck === recheck && next.waitsFor === 'nobody'
				? { label: 'Next', tone: 'next' }
				: { label: 'To do', tone: to ? 'todo' : 'waiting' },
	};
}

/** The quiz that somebody would sit next, if that is the next thing to do. */
export function quizOf({ progress, recheck }: NextTask, privilege: Privilege): string | null {
	const isQuiz = progress ? progress.requirement.kind === 'quiz' : recheck.asks === 'quiz';
	return isQuiz ? (requirementOf(privilege, 'quiz')?.quiz ?? null) : null;
}

/** The one thing to do next for a privilege, in words, with a way there where the learner can do it now. */
export function stepOf(task: NextTask, privilege: Privilege, readings: readonly Reading[]): Step {
	if (task.recheck) return stepAgain(task.recheck, privilege);
	const { progress, waitsFor } = task;
	const { title, hint, to = '/induction', status } = taskOf(progress, null, readings);
	const begun = status.label === 'Started';
	switch (progress.requirement.kind) {
		case 'module':
			return {
				title: title.replace(/^Read: /, ''),
				text: begun ? `${hint}. You carry on where you stopped.` : `${hint}, in short pages. You can stop at any time.`,
				action: { to, label: begun ? 'Carry on reading' : 'Start reading' },
			};
		case 'quiz':
			return {
				title: 'Take the quiz',
				text: 'You have read everything. There is no time limit, and each answer is saved as you go.',
				action: { to, label: 'Go to the quiz' },
			};
		case 'declaration':
			return {
				title,
				text: 'Read it where your manager keeps it, then say that you have.',
				action: { to, label: 'See which version' },
			};
		case 'site-induction':
			return { title, text: 'Ask your manager who shows you round this site.', action: null };
		case 'observation':
			return {
				title: 'Be watched on a real round',
				text: `${askToBeWatched(privilege)} Still needed: ${shortOfRounds(progress).join(', ')}.`,
				action: null,
			};
		case 'sign-off':
			return {
				title: 'Wait for your sign-off',
				text: 'You have done your part. Your manager looks at everything and signs. Nothing for you to do.',
				action: null,
			};
		case 'delegation':
			return { title, text: 'Ask the nurse who hands this task over.', action: null };
		default:
			return {
				title,
				text:
					waitsFor === 'manager' ? 'Ask your manager about this. It is for them to see or to decide.' : (hint ?? ''),
				action: null,
			};
	}
}

interface Step {
	title: string;
	text: string;
	action: { to: string; label: string } | null;
}

const askToBeWatched = ({ title }: Privilege) =>
	`Ask a senior who assesses: “Can you watch me ${title.charAt(0).toLowerCase()}${title.slice(1)}?”`;

function stepAgain(recheck: Recheck, privilege: Privilege): Step {
	const says = sayAskedToThem(recheck);
	const action = actionFor({ recheck, privilege });
	const title = action ? titleOfAsked(recheck, privilege.title) : 'Be watched on a real round';
	return { title, text: recheck.asks === 'observation' ? `${says} ${askToBeWatched(privilege)}` : says, action };
}

/** Where the learner does what is asked again; null where somebody else has to be there. */
export function actionFor(asked: { recheck: Recheck; privilege: Privilege }): Step['action'] {
	const { recheck, privilege } = asked;
	const read = readFor(asked);
	if (read) return { to: `/changes/${read.kind}/${read.slug}`, label: 'Read what is new' };
	if (recheck.document) return { to: `/documents/${recheck.document.slug}`, label: 'See which version' };
	const quiz = requirementOf(privilege, 'quiz')?.quiz;
	return recheck.asks === 'quiz' && quiz ? { to: `/quizzes/${quiz}`, label: 'Go to the quiz' } : null;
}
