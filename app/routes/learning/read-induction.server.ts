import type { LoaderFunctionArgs } from '@remix-run/node';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listReadings } from '#db/queries/learning.ts';
import { catalogue } from '../../catalogue.server.ts';
import { askedAgain, workplaces } from '../../commands/acknowledging.ts';
import { mayAttemptFrom } from '../../commands/learning.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { askedNow } from '../../domain/asked.ts';
import { homeSite } from '../../domain/authority.ts';
import { decider } from '../../domain/decide.ts';
import type { Decision } from '../../domain/decision.ts';
import { delegatedFor, sayDelegatedToThem } from '../../domain/delegation.ts';
import { presentFor } from '../../domain/evidence.ts';
import { Facts, standingEvidence } from '../../domain/facts.ts';
import { nextTask } from '../../domain/induction.ts';
import { needsWitness } from '../../domain/lone-giving.ts';
import { allowedUntil, lastDayShown } from '../../domain/matrix.ts';
import { sayDay, sayMoment } from '../../domain/period.ts';
import { twoPeopleAt } from '../../domain/policy-grace.ts';
import { type PrivilegeCode, privilegeCodes } from '../../domain/privilege.ts';
import { sayToPerson } from '../../domain/reason.ts';
import { inProvider, requireAuthority } from '../../session.server.ts';
import { sayAllAsked } from './read-asked.server.ts';
import { quizOf, stepOf, taskAgain, taskOf } from './tasks.server.ts';

/** What the page of a learner's own induction shows, in its order. */
export async function readInduction({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const { providerId, personId } = visitor;
	const { privileges } = catalogue();
	return inProvider(visitor, async (tx) => {
		const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
		const readings = await listReadings(tx, { providerId, personId });
		const rules = await rulesBySite(tx, providerId, catalogue());
		const present = presentFor(evidence, context.now);
		const facts = Facts.from(standingEvidence(evidence, present, present));
		const posts = await workplaces(tx, visitor);
		const siteIds = [...new Set(posts.map((post) => post.siteId))];
		const deciders = new Map(siteIds.map((siteId) => [siteId, decider(rules(siteId), evidence, present)]));
		const answers = (siteId: string, privilege: PrivilegeCode) => {
			const answer = deciders.get(siteId);
			if (!answer) throw new Error('asked about a site where they do not work');
			return answer({ privilege, siteId });
		};
		const everywhere = visitor.posts.filter((post) => post.siteId === null).map((post) => post.role);
		const known = new Set<string>();
		const sections = posts.flatMap((post) => {
			const { siteId } = post;
			return privilegeCodes.flatMap((code) => {
				const body = privileges.get(code)?.body;
				if (!body?.for.includes(post.role) || known.has(`${siteId} ${code}`)) return [];
				const decision = answers(siteId, code);
				const { standing, permit } = decision;
				// Somebody has to have held it to see why not now; else what waits for something else comes later.
				const held = decision.lastDay !== null;
				const begun = standing !== 'not-started' && standing !== 'not-required';
				// Whoever works everywhere begins a thing once, not at each of forty sites.
				if (!held && !begun && everywhere.includes(post.role) && known.has(code)) return [];
				known.add(`${siteId} ${code}`).add(code);
				const next = nextTask(decision, present);
				const { progress, rechecks } = askedNow(decision, present);
				const first = progress.find((each) => !each.met && each.requirement.kind === 'prerequisite')?.requirement;
				const { policy } = rules(siteId);
				const witnessed = needsWitness(body, twoPeopleAt(rules(siteId), present));
				const lastDay = lastDayShown(decision);
				const question = { siteId, privilege: code };
				const delegated = delegatedFor(decision, { facts, question, policy, at: present });
				return {
					key: `${siteId} ${code}`,
					title: body.title,
					site: siteIds.length > 1 ? post.siteName : null,
					standing,
					until: lastDay && sayDay(lastDay),
					permit,
					why: delegated ? sayDelegatedToThem(delegated) : sayWhy(decision, witnessed),
					delegated: delegated !== null && delegated.length > 0,
					after: first?.kind === 'prerequisite' ? (privileges.get(first.privilege)?.body.title ?? null) : null,
					begun,
					held,
					done: progress.filter((each) => each.met).length,
					share:
						progress.reduce((sum, each) => sum + (each.met ? 1 : each.done / Math.max(1, each.of)), 0) /
						Math.max(1, progress.length),
					// Many privileges ask for the same modules: a quiz or a round shows which of them somebody is working for.
					workedFor: progress.filter((each) => ownKinds.includes(each.requirement.kind) && each.done > 0).length,
					tasks: permit
						? []
						: [
								...rechecks.map((each) => taskAgain(each, body, next)),
								...progress.map((each) => taskOf(each, next, readings)),
							],
					next: next && { ...stepOf(next, body, readings), quiz: quizOf(next, body) },
				};
			});
		});
		// What is nearest to being finished stands first: the order of the matrix decides between equals.
		const open = sections
			.filter((each) => !each.permit && (each.held || !each.after))
			.sort((a, b) => Number(b.begun) - Number(a.begun) || b.workedFor - a.workedFor || b.share - a.share);
		const steps = open.flatMap((each) => (each.next ? [{ section: each, step: each.next }] : []));
		const [stepped] = steps;
		const under = open.filter((each) => each.begun || each === stepped?.section);
		return {
			givenName: visitor.givenName,
			asked: await sayAllAsked(tx, visitor, askedAgain(rules, evidence, posts, present), {
				answers,
				rules,
				present,
			}),
			step: stepped ? await takeable(stepped.step) : null,
			under,
			startable: open.filter((each) => !under.includes(each)),
			later: sections.filter((each) => !each.permit && !each.held && each.after),
			done: sections.filter((each) => each.permit),
		};

		/** A quiz that has to wait after one that was not passed is no step to take now. */
		async function takeable({ quiz, ...step }: NonNullable<(typeof sections)[number]['next']>) {
			const until =
				quiz && (await mayAttemptFrom(tx, visitor, catalogue(), quiz, homeSite(visitor.posts), context.now));
			if (!until || until <= context.now) return step;
			return { ...step, text: `You can try again from ${sayMoment(until)}. Until then, read again.`, action: null };
		}
	});
}

const ownKinds: readonly string[] = ['quiz', 'observation'];

/** What somebody may do, and why not; with its end where it is for some hours only. */
function sayWhy(decision: Decision, witnessed: boolean): string {
	const says = sayToPerson(decision.permit, decision.code, witnessed);
	const until = allowedUntil(decision);
	return until ? `${says} It ends on ${sayMoment(until)}.` : says;
}
