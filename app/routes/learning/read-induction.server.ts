import type { LoaderFunctionArgs } from '@remix-run/node';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listReadings } from '#db/queries/learning.ts';
import { listPeopleByIds } from '#db/queries/people.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import { catalogue } from '../../catalogue.server.ts';
import { type Asked, askedAgain, readFor } from '../../commands/acknowledging.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { decider } from '../../domain/decide.ts';
import { presentFor } from '../../domain/evidence.ts';
import { nextTask } from '../../domain/induction.ts';
import { lastDayBefore, sayDay } from '../../domain/period.ts';
import { type PrivilegeCode, privilegeCodes, requirementOf } from '../../domain/privilege.ts';
import { reasonWords } from '../../domain/reason.ts';
import { showsFrom } from '../../domain/recheck.ts';
import { inProvider, requireAuthority } from '../../session.server.ts';
import { stepOf, taskOf } from './tasks.server.ts';

/** What the page of a learner's own induction shows, in its order. */
export async function readInduction({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const { providerId, personId } = visitor;
	const { privileges } = catalogue();
	const posts = visitor.posts.filter((post) => post.siteId !== null);
	return inProvider(visitor, async (tx) => {
		const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
		const readings = await listReadings(tx, { providerId, personId });
		const rules = await rulesBySite(tx, providerId, catalogue());
		const present = presentFor(evidence, context.now);
		const sections = posts.flatMap((post) => {
			const siteId = post.siteId as string;
			const answer = decider(rules(siteId), evidence, present);
			return privilegeCodes.flatMap((code) => {
				const body = privileges.get(code)?.body;
				if (!body?.for.includes(post.role)) return [];
				const decision = answer({ privilege: code, siteId });
				const next = nextTask(decision);
				const { progress, standing, permit } = decision;
				const first = progress.find((each) => !each.met && each.requirement.kind === 'prerequisite')?.requirement;
				return {
					key: `${siteId} ${code}`,
					title: body.title,
					site: posts.length > 1 ? post.siteName : null,
					standing,
					until: decision.validUntil ? sayDay(lastDayBefore(decision.validUntil)) : null,
					permit,
					why: reasonWords[decision.code].user,
					blocked: standing === 'paused' || standing === 'withdrawn',
					after: first?.kind === 'prerequisite' ? (privileges.get(first.privilege)?.body.title ?? null) : null,
					// Somebody who has held it sees why not now, even where it waits for something else.
					begun: standing !== 'not-started' && standing !== 'not-required',
					held: decision.lastDay !== null,
					done: progress.filter((each) => each.met).length,
					share:
						progress.reduce((sum, each) => sum + (each.met ? 1 : each.done / Math.max(1, each.of)), 0) /
						Math.max(1, progress.length),
					// Many privileges ask for the same modules: a quiz or a round shows which of them somebody is working for.
					workedFor: progress.filter((each) => ownKinds.includes(each.requirement.kind) && each.done > 0).length,
					tasks: permit ? [] : progress.map((each) => taskOf(each, next, readings)),
					next: next && { ...stepOf(next, body, readings), waitsFor: next.waitsFor },
				};
			});
		});
		// What is nearest to being finished stands first: the order of the matrix decides between equals.
		const open = sections
			.filter((each) => !each.permit && (each.held || !each.after))
			.sort((a, b) => Number(b.begun) - Number(a.begun) || b.workedFor - a.workedFor || b.share - a.share);
		const stepped = open.find((each) => !each.blocked && each.next);
		const under = open.filter((each) => each.begun || each === stepped);
		const again = askedAgain(rules, evidence, posts, present).filter(
			({ recheck, siteId }) => recheck.cause === 'content' || showsFrom(recheck, rules(siteId).policy) <= present,
		);
		return {
			givenName: visitor.givenName,
			asked: await Promise.all(again.map(sayAsked)),
			step: stepped?.next ?? null,
			under,
			startable: open.filter((each) => !under.includes(each)),
			later: sections.filter((each) => !each.permit && !each.held && each.after),
			done: sections.filter((each) => each.permit),
		};

		async function sayAsked(asked: Asked) {
			const { privilege, siteId, recheck } = asked;
			const dueBy = sayDay(lastDayBefore(recheck.dueBy));
			const read = readFor(asked);
			const quiz = requirementOf(privilege, 'quiz')?.quiz;
			return {
				key: `${siteId} ${privilege.code} ${recheck.cause} ${recheck.change?.slug ?? ''} ${recheck.change?.version ?? ''}`,
				title: privilege.title,
				says: recheck.change?.says ?? causeWords[recheck.cause],
				isNew: recheck.cause === 'content',
				overdue: recheck.dueBy <= present,
				dueBy,
				action: read
					? { to: `/changes/${read.kind}/${read.slug}`, label: 'Read what is new' }
					: recheck.asks === 'quiz' && quiz
						? { to: `/quizzes/${quiz}`, label: 'Go to the quiz' }
						: null,
				watchers: recheck.asks === 'observation' ? await watchersOf(privilege.code, siteId) : null,
			};
		}

		/** Who can watch: competent in it and in assessing, here and now, and somebody else. */
		async function watchersOf(code: PrivilegeCode, siteId: string): Promise<string[]> {
			const standings = await listStandingsNow(tx, { providerId, siteId });
			const may = (id: string, privilege: PrivilegeCode) =>
				standings.some((each) => each.personId === id && each.privilege === privilege && each.permit);
			const ids = [...new Set(standings.map((each) => each.personId))].filter(
				(id) => id !== personId && may(id, code) && may(id, 'assess'),
			);
			const people = await listPeopleByIds(tx, { providerId, personIds: ids });
			return [...people.values()].map((each) => `${each.givenName} ${each.familyName}`).sort();
		}
	});
}

const ownKinds: readonly string[] = ['quiz', 'observation'];

const causeWords = {
	content: '',
	absence: 'You have been away for a while.',
	pause: 'Your pause has been lifted, and something is asked before you carry on.',
	'spot-check': 'Somebody watches you do this now and then.',
};
