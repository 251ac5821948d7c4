import type { Reading } from '#db/queries/learning.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import type { Progress } from '../../domain/ground.ts';
import { type NextTask, shortOfRounds } from '../../domain/induction.ts';
import type { Privilege } from '../../domain/privilege.ts';
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
		case 'declaration':
			return {
				title: `Read the ${readable(requirement.document)}`,
				to: `/documents/${requirement.document}`,
				status,
			};
		case 'site-induction':
			return { title: 'Be shown round', status: met ? status : { label: 'Waiting', tone: 'waiting' } };
		case 'role':
		case 'award':
		case 'delegation':
		case 'age-decision':
		case 'agency-check':
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

/** The one thing to do next for a privilege, in words, with a way there where the learner can do it now. */
export function stepOf({ progress, waitsFor }: NextTask, privilege: Privilege, readings: readonly Reading[]) {
	const task = taskOf(progress, null, readings);
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
	if (requirement.kind === 'declaration')
		return {
			title: task.title,
			text: 'Read it where your manager keeps it, then say that you have.',
			action: { to: task.to ?? '/induction', label: 'See which version' },
		};
	if (requirement.kind === 'site-induction')
		return { title: 'Be shown round', text: 'Ask your manager who shows you round this site.', action: null };
	if (waitsFor === 'manager' && requirement.kind !== 'sign-off')
		return {
			title: task.title,
			text: 'Ask your manager about this. It is for them to see or to decide.',
			action: null,
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
