import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { Fragment } from 'react';
import { findContentVersion } from '#db/queries/content.ts';
import { listNotes } from '#db/queries/evidence.ts';
import { listPeopleByIds, listSites } from '#db/queries/people.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import { readCellFacts } from '../../commands/cell-facts.ts';
import { bearsOn } from '../../domain/bearing.ts';
import { decide } from '../../domain/decide.ts';
import { delegatedFor, sayDelegatedToThem } from '../../domain/delegation.ts';
import { evidenceWords } from '../../domain/evidence.ts';
import { detailOf } from '../../domain/evidence-detail.ts';
import { concerns } from '../../domain/facts.ts';
import { needsWitness } from '../../domain/lone-giving.ts';
import { lastDayShown } from '../../domain/matrix.ts';
import { sayDay, sayMoment } from '../../domain/period.ts';
import { sayPolicy } from '../../domain/policy.ts';
import { twoPeopleAt } from '../../domain/policy-grace.ts';
import { sayToPerson } from '../../domain/reason.ts';
import { CopiesNotice } from '../../ui/copies-notice.tsx';
import { LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';
import { TaskList } from '../../ui/task-list.tsx';
import { readCopies } from '../copies.server.ts';
import { withCell } from './cell.server.ts';
import { actionsOn, sayAllowed, sayMore } from './standing-actions.server.ts';
import { sayAllThatIsAsked, sayAnswer, sayNextStep, sayStops } from './standing-asked.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `${data?.name ?? ''}: ${data?.title ?? ''} – Countersign` },
];

/** The evidence under one cell of the matrix, and what can be done about it. */
export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'see-evidence', own: true }, async (tx, page) => {
		const { visitor, person, site, pinned, cell, address } = page;
		const { providerId } = visitor;
		const known = await readCellFacts(tx, providerId, catalogue(), cell, args.context.now);
		const { evidence: all, rules, present } = known;
		const own = person.id === visitor.personId;
		const decision = decide(rules, all, cell, present);
		const witnessed = needsWitness(pinned.body, twoPeopleAt(rules, present));
		const lastDay = lastDayShown(decision);
		const delegated = delegatedFor(decision, { ...known, question: cell, policy: rules.policy, at: present });
		const mayForSome = delegated !== null && delegated.length > 0;
		const asked = pinned.body.requirements;
		const about = all.filter(
			(each) =>
				concerns(each, cell) &&
				(each.privilege || !ofRequirements.includes(each.kind) || asked.some((other) => bearsOn(each, other))),
		);
		const people = await listPeopleByIds(tx, { providerId, personIds: about.flatMap((each) => each.recordedBy ?? []) });
		// Whoever reads about themselves reads what was written for them, not what managers write for each other.
		const shared = own ? about.filter((each) => each.kind === 'observation') : about;
		const notes = await listNotes(tx, { providerId, evidenceIds: shared.map((each) => each.id) });
		const takenBack = new Set(all.flatMap((each) => each.supersedes ?? []));
		const rows = [];
		for (const each of about.toReversed()) {
			const by = people.get(each.recordedBy ?? '');
			const version = each.contentVersionId ? await findContentVersion(tx, each.contentVersionId) : null;
			rows.push({
				id: each.id,
				to: each.kind === 'observation' ? `/observations/${each.id}` : null,
				what: evidenceWords[each.kind],
				detail: [
					own && each.kind === 'pause' ? '' : detailOf(each, titles()),
					version && `version ${version.version}`,
					notes.get(each.id),
				]
					.filter(Boolean)
					.join('; '),
				observedAt: sayMoment(each.observedAt),
				recordedAt: sayMoment(each.recordedAt),
				by: by ? `${by.givenName} ${by.familyName}` : '',
				counts: decision.evidence.includes(each.id),
				takenBack: takenBack.has(each.id),
			});
		}
		return {
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			siteSlug: site.slug,
			address,
			person: `/people/${person.id}`,
			own,
			copies: own ? { absent: [], late: false } : await readCopies(tx),
			standing: decision.standing,
			until: lastDay && sayDay(lastDay),
			permit: decision.permit,
			user: delegated ? sayDelegatedToThem(delegated) : sayToPerson(decision.permit, decision.code, witnessed),
			answer: sayAnswer(decision, witnessed, mayForSome),
			nextStep: sayNextStep(decision, mayForSome),
			policy: sayPolicy(decision.policyVersion),
			more: [
				...(await sayAllowed(tx, page, known, decision)),
				...(own ? [] : await sayMore(tx, page, known, decision)),
				...(await sayStops(tx, page, known, decision)),
			],
			actions: actionsOn(page, known, decision, await listSites(tx, visitor)),
			tasks: sayAllThatIsAsked(page, known, decision),
			evidence: rows,
		};
	});
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
			<CopiesNotice {...cell.copies} />
			<p>
				<StandingTag standing={cell.standing} until={cell.until ?? undefined} />
			</p>
			<SummaryList
				rows={[
					{ key: 'The answer today', value: cell.answer },
					{ key: 'What the person reads', value: cell.user },
					...(cell.permit ? [] : [{ key: 'Next step', value: cell.nextStep }]),
					...cell.more,
					{ key: 'Policy', value: cell.policy },
				]}
			/>
			{cell.actions.length > 0 && (
				<div className="actions">
					{cell.actions.map(({ to, label, kind }) => (
						<LinkButton key={to} to={to} kind={kind}>
							{label}
						</LinkButton>
					))}
				</div>
			)}
			<ul className="plain-list">
				<li>
					<Link to={`${cell.address}/day`}>See the answer for another day and time</Link>
				</li>
				<li>
					<Link to={cell.person}>{cell.own ? 'See all that is recorded about you' : `All about ${cell.name}`}</Link>
				</li>
			</ul>
			{cell.tasks.length > 0 && (
				<>
					<h2>What is asked</h2>
					<TaskList items={cell.tasks.map(({ hint, lines, ...task }) => ({ ...task, hint: hintOf(hint, lines) }))} />
				</>
			)}
			{cell.evidence.length ? (
				<DataTable
					caption="Evidence, newest first"
					head={['What', 'Happened', 'Recorded', 'By', 'Used']}
					rows={cell.evidence.map((each) => [
						<Fragment key={each.id}>
							{each.to ? <Link to={each.to}>{each.what}</Link> : each.what}
							{each.detail && `: ${each.detail}`}
						</Fragment>,
						each.observedAt,
						each.recordedAt,
						each.by,
						each.takenBack ? '✕ Taken back or corrected since' : each.counts ? '✓ Used for today’s answer' : '',
					])}
				/>
			) : (
				<Inset>There is no evidence yet.</Inset>
			)}
		</>
	);
}

function hintOf(hint: string, lines: readonly string[]) {
	if (!lines.length) return hint || undefined;
	return (
		<>
			{hint}
			<ul>
				{lines.map((line) => (
					<li key={line}>{line}</li>
				))}
			</ul>
		</>
	);
}

/** Kinds that are about no one privilege and show only where they are asked for. */
const ofRequirements: readonly string[] = [
	'module-completed',
	'quiz-marked',
	'declaration',
	'award',
	'acknowledgement',
];
