import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { z } from 'zod';
import { findContentVersion } from '#db/queries/content.ts';
import { listEvidenceByIds, listEvidenceOf, listNotes } from '#db/queries/evidence.ts';
import { listPeopleByIds } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { mayAbout } from '../../domain/assessing.ts';
import { type Checklist, criteriaOf } from '../../domain/checklist.ts';
import type { EvidenceOf } from '../../domain/evidence.ts';
import { isLate } from '../../domain/evidence-detail.ts';
import { isSignedLate } from '../../domain/observation.ts';
import { sayMoment } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { readable } from '../../domain/requirement-words.ts';
import { uncountedWords, whyUncounted } from '../../domain/round-worth.ts';
import { inProvider, notFound, requireVisitor } from '../../session.server.ts';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';

export const meta: MetaFunction = () => [{ title: 'Observed round – Countersign' }];

const answerWords = { yes: '✓ Yes', no: '✕ No', 'not-seen': '– Not seen', 'not-applicable': '∅ Not applicable' };

/** A signed round, for its learner, its assessor, and whoever may see evidence at its site. */
export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireVisitor(context, request);
	const id = z.uuid().safeParse(params.observation);
	if (!id.success) throw notFound();
	const { providerId, personId, posts } = visitor;
	return inProvider(visitor, async (tx) => {
		const [found] = await listEvidenceByIds(tx, { providerId, evidenceIds: [id.data] });
		if (found?.kind !== 'observation') throw notFound();
		const round = found as EvidenceOf<'observation'>;
		const { payload } = round;
		const mine = [round.personId, payload.assessor].includes(personId);
		const body = round.privilege ? catalogue().privileges.get(round.privilege)?.body : undefined;
		const by = (body && requirementOf(body, 'sign-off')?.by) ?? [];
		if (!mine && !mayAbout(posts, 'see-evidence', round.siteId ?? undefined, by)) throw notFound();
		const theirs = await listEvidenceOf(tx, { providerId, personIds: [round.personId] });
		const instead = theirs.find((each) => each.supersedes === round.id);
		const people = await listPeopleByIds(tx, {
			providerId,
			personIds: [round.personId, payload.assessor, instead?.recordedBy ?? round.personId],
		});
		const name = (who: string) => `${people.get(who)?.givenName ?? ''} ${people.get(who)?.familyName ?? ''}`.trim();
		const version = await findContentVersion(tx, round.contentVersionId ?? '');
		const checklist = version?.body as Checklist;
		const rules = (await rulesBySite(tx, providerId, catalogue()))(round.siteId ?? '');
		const simulation = (body && requirementOf(body, 'observation')?.simulation) ?? false;
		const uncounted = whyUncounted(round, rules, rules.policy, { simulation });
		const notes = await listNotes(tx, { providerId, evidenceIds: [round.id, ...(instead ? [instead.id] : [])] });
		return {
			learner: name(round.personId),
			assessor: name(payload.assessor),
			isAssessor: payload.assessor === personId,
			passed: payload.passed,
			uncounted: uncounted && uncountedWords[uncounted],
			lapsed: payload.assessorLapsed === true,
			startedAt: sayMoment(round.observedAt),
			recordedAt: sayMoment(round.recordedAt),
			version: `${checklist.title}, version ${version?.version}`,
			counts: `${payload.counts.people} people, ${payload.counts.doses} doses, ${payload.counts.refusals} declined`,
			seen: [payload.variant && readable(payload.variant), payload.simulated && 'a simulation']
				.filter(Boolean)
				.join(', '),
			late: isLate(round, rules.policy) || isSignedLate(payload, rules.policy),
			stopped: payload.stoppedForSafety,
			lines: criteriaOf(checklist).map((each) => ({
				text: each.text,
				critical: each.critical,
				answer: answerWords[payload.results[each.id] ?? 'not-seen'],
			})),
			note: notes.get(round.id) ?? null,
			takenBack: instead && {
				when: sayMoment(instead.recordedAt),
				by: name(instead.recordedBy ?? ''),
				// Whoever was watched reads that it is so; why is for those who may see evidence, and for the assessor.
				why: round.personId === personId ? null : (notes.get(instead.id) ?? null),
			},
		};
	});
}

export default function ObservationPage() {
	const round = useLoaderData<typeof loader>();
	return (
		<>
			<Heading
				title={`Round with ${round.learner}`}
				caption="Observed round"
				back={round.isAssessor ? { to: '/rounds', label: 'Observe' } : { to: '/', label: 'Back' }}
			/>
			{round.takenBack && (
				<Notice tone="warning" title="This round was taken back as entered in error: it does not count">
					<p>
						{round.takenBack.when}
						{round.takenBack.by && `, by ${round.takenBack.by}`}
						{round.takenBack.why && `: ${round.takenBack.why}`}
					</p>
				</Notice>
			)}
			<Notice
				tone={round.passed && !round.uncounted && !round.takenBack ? 'success' : 'plain'}
				title={
					round.takenBack
						? 'What was signed and saved then'
						: !round.passed
							? 'Signed and saved: this round did not pass'
							: round.uncounted
								? 'Signed and saved: this round does not count'
								: 'Signed and saved: this round is passed'
				}
			>
				{round.uncounted && <p>{round.uncounted}</p>}
				{round.lapsed && (
					<p>
						The assessor could assess when it began, and could not any more when both signed. It is kept, and shows so.
					</p>
				)}
			</Notice>
			<SummaryList
				rows={[
					{ key: 'Learner', value: round.learner },
					{ key: 'Assessor', value: round.assessor },
					{ key: 'When it happened', value: round.startedAt },
					{ key: 'When it was recorded', value: round.late ? `${round.recordedAt} (entered late)` : round.recordedAt },
					{ key: 'Checklist', value: round.version },
					{ key: 'Seen', value: [round.seen, round.counts].filter(Boolean).join('; ') },
					{ key: 'Stopped for safety', value: round.stopped ? 'Yes' : 'No' },
					...(round.note ? [{ key: 'Note', value: round.note }] : []),
				]}
			/>
			<DataTable
				caption="Line by line"
				head={['Line', 'Critical', 'Seen']}
				rows={round.lines.map((line) => [line.text, line.critical ? 'Critical' : '', line.answer])}
			/>
		</>
	);
}
