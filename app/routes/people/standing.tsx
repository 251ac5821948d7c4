import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { findContentVersion } from '#db/queries/content.ts';
import { listEvidenceOf, listNotes } from '#db/queries/evidence.ts';
import { listPeopleByIds } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/append.ts';
import { may } from '../../domain/authority.ts';
import { decide } from '../../domain/decide.ts';
import { type Evidence, evidenceWords, pauseReasonWords, presentFor } from '../../domain/evidence.ts';
import { shortOfRounds } from '../../domain/induction.ts';
import { lastDayBefore, sayDay, sayMoment } from '../../domain/period.ts';
import { sayPolicy } from '../../domain/policy.ts';
import type { Requirement } from '../../domain/privilege.ts';
import { concerns } from '../../domain/progress.ts';
import { reasonWords } from '../../domain/reason.ts';
import { LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';
import { TaskList } from '../../ui/task-list.tsx';
import { withCell } from './cell.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `${data?.name ?? ''}: ${data?.title ?? ''} – Countersign` },
];

/** The evidence under one cell of the matrix, and what can be done about it. */
export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'see-evidence', own: true }, async (tx, page) => {
		const { visitor, person, site, pinned, cell, address } = page;
		const { providerId } = visitor;
		const all = await listEvidenceOf(tx, { providerId, personIds: [person.id] });
		const present = presentFor(all, args.context.now);
		const rules = (await rulesBySite(tx, providerId, catalogue()))(site.id);
		const decision = decide(rules, all, cell, present);
		const asked = pinned.body.requirements;
		const about = all.filter((each) => (each.privilege ? concerns(each, cell) : bearsOn(each, asked, cell.siteId)));
		const people = await listPeopleByIds(tx, { providerId, personIds: about.flatMap((each) => each.recordedBy ?? []) });
		const notes = await listNotes(tx, { providerId, evidenceIds: about.map((each) => each.id) });
		const rows = [];
		for (const each of about.toReversed()) {
			const by = people.get(each.recordedBy ?? '');
			const version = each.contentVersionId ? await findContentVersion(tx, each.contentVersionId) : null;
			rows.push({
				id: each.id,
				to: each.kind === 'observation' ? `/observations/${each.id}` : null,
				what: evidenceWords[each.kind],
				detail: [detailOf(each), version && `version ${version.version}`, notes.get(each.id)]
					.filter(Boolean)
					.join('; '),
				observedAt: sayMoment(each.observedAt),
				recordedAt: sayMoment(each.recordedAt),
				by: by ? `${by.givenName} ${by.familyName}` : '',
				counts: decision.evidence.includes(each.id),
			});
		}
		const other = person.id !== visitor.personId;
		const mayPause = other && may(visitor.posts, 'pause', site.id);
		return {
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			siteSlug: site.slug,
			address,
			own: !other,
			standing: decision.standing,
			until: decision.validUntil ? sayDay(lastDayBefore(decision.validUntil)) : null,
			permit: decision.permit,
			user: reasonWords[decision.code].user,
			nextStep: reasonWords[decision.code].nextStep,
			policy: sayPolicy(decision.policyVersion),
			maySignOff:
				other && may(visitor.posts, 'sign-off', site.id) && decision.standing !== 'paused' && decision.code !== 'left',
			mayPause: mayPause && decision.standing !== 'paused' && decision.code !== 'left',
			mayLift: mayPause && decision.code === 'paused_review',
			tasks: decision.permit
				? []
				: decision.progress.map((each) => ({
						title: requirementWords(each.requirement),
						hint: each.requirement.kind === 'observation' && !each.met ? shortOfRounds(each).join(', ') : undefined,
						status: each.met
							? { label: 'Met', tone: 'done' as const }
							: { label: each.done ? `${each.done} of ${each.of}` : 'Not yet', tone: 'todo' as const },
					})),
			evidence: rows,
		};
	});
}

function bearsOn(fact: Evidence, asked: readonly Requirement[], siteId: string): boolean {
	if (fact.kind === 'module-completed')
		return asked.some((each) => each.kind === 'module' && each.module === fact.payload.module);
	if (fact.kind === 'quiz-marked') return asked.some((each) => each.kind === 'quiz' && each.quiz === fact.payload.quiz);
	return !fact.siteId || fact.siteId === siteId;
}

function requirementWords(requirement: Requirement): string {
	switch (requirement.kind) {
		case 'module':
			return `Module read: ${catalogue().modules.get(requirement.module)?.body.title ?? requirement.module}`;
		case 'quiz':
			return 'Quiz passed';
		case 'observation':
			return 'Observed rounds';
		case 'prerequisite':
			return `Competent in: ${catalogue().privileges.get(requirement.privilege)?.body.title ?? requirement.privilege}`;
		case 'sign-off':
			return 'Final sign-off';
	}
}

function detailOf(fact: Evidence): string {
	switch (fact.kind) {
		case 'module-completed':
			return catalogue().modules.get(fact.payload.module)?.body.title ?? fact.payload.module;
		case 'quiz-marked':
			return `${fact.payload.score}%, ${fact.payload.passed ? 'passed' : 'not passed'}`;
		case 'observation':
			return `${fact.payload.timeOfDay}, ${fact.payload.passed ? 'passed' : 'does not count'}`;
		case 'sign-off':
			return `to ${sayDay(fact.payload.lastDay)}`;
		case 'pause':
			return `${pauseReasonWords[fact.payload.reason]}, review by ${sayDay(fact.payload.reviewOn)}`;
		case 'employment-ended':
			return `last day ${sayDay(fact.payload.lastDay)}`;
		default:
			return '';
	}
}

export default function StandingPage() {
	const cell = useLoaderData<typeof loader>();
	return (
		<>
			<Heading
				title={cell.name}
				caption={`${cell.title}, ${cell.site}`}
				back={cell.own ? { to: '/', label: 'Back' } : { to: `/sites/${cell.siteSlug}/matrix`, label: 'Matrix' }}
			/>
			<p>
				<StandingTag standing={cell.standing} until={cell.until ?? undefined} />
			</p>
			<SummaryList
				rows={[
					{ key: 'The answer today', value: cell.permit ? 'Yes, may do this alone' : 'No, may not do this alone' },
					{ key: 'What the person reads', value: cell.user },
					...(cell.permit ? [] : [{ key: 'Next step', value: cell.nextStep }]),
					{ key: 'Policy', value: cell.policy },
				]}
			/>
			{(cell.maySignOff || cell.mayPause || cell.mayLift) && (
				<div className="actions">
					{cell.maySignOff && <LinkButton to={`${cell.address}/sign-off`}>Sign off</LinkButton>}
					{cell.mayPause && (
						<LinkButton kind="secondary" to={`${cell.address}/pause`}>
							Pause while we review
						</LinkButton>
					)}
					{cell.mayLift && <LinkButton to={`${cell.address}/pause-lifting`}>Lift the pause</LinkButton>}
				</div>
			)}
			{cell.tasks.length > 0 && (
				<>
					<h2>What is asked</h2>
					<TaskList items={cell.tasks} />
				</>
			)}
			{cell.evidence.length ? (
				<DataTable
					caption="Evidence, newest first"
					head={['What', 'Detail', 'Happened', 'Recorded', 'By', 'Used']}
					rows={cell.evidence.map((each) => [
						each.to ? (
							<Link key={each.id} to={each.to}>
								{each.what}
							</Link>
						) : (
							each.what
						),
						each.detail,
						each.observedAt,
						each.recordedAt,
						each.by,
						each.counts ? '✓ Used for today’s answer' : '',
					])}
				/>
			) : (
				<Inset>There is no evidence yet.</Inset>
			)}
		</>
	);
}
