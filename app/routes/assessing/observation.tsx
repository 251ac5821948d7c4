import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { z } from 'zod';
import { findContentVersion } from '#db/queries/content.ts';
import { listEvidenceByIds, listNotes } from '#db/queries/evidence.ts';
import { listPeopleByIds } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { may } from '../../domain/authority.ts';
import { type Checklist, criteriaOf } from '../../domain/checklist.ts';
import type { EvidenceOf } from '../../domain/evidence.ts';
import { isLate } from '../../domain/evidence-detail.ts';
import { sayMoment } from '../../domain/period.ts';
import { readable } from '../../domain/requirement-words.ts';
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
		if (!mine && !may(posts, 'see-evidence', round.siteId ?? undefined)) throw notFound();
		const people = await listPeopleByIds(tx, { providerId, personIds: [round.personId, payload.assessor] });
		const name = (who: string) => `${people.get(who)?.givenName ?? ''} ${people.get(who)?.familyName ?? ''}`.trim();
		const version = await findContentVersion(tx, round.contentVersionId ?? '');
		const checklist = version?.body as Checklist;
		const notes = await listNotes(tx, { providerId, evidenceIds: [round.id] });
		return {
			learner: name(round.personId),
			assessor: name(payload.assessor),
			isAssessor: payload.assessor === personId,
			passed: payload.passed,
			startedAt: sayMoment(round.observedAt),
			recordedAt: sayMoment(round.recordedAt),
			version: `${checklist.title}, version ${version?.version}`,
			counts: `${payload.counts.people} people, ${payload.counts.doses} doses, ${payload.counts.refusals} declined`,
			seen: [payload.variant && readable(payload.variant), payload.simulated && 'a simulation']
				.filter(Boolean)
				.join(', '),
			late: isLate(round, (await rulesBySite(tx, providerId, catalogue()))(round.siteId ?? '').policy),
			stopped: payload.stoppedForSafety,
			lines: criteriaOf(checklist).map((each) => ({
				text: each.text,
				critical: each.critical,
				answer: answerWords[payload.results[each.id] ?? 'not-seen'],
			})),
			note: notes.get(round.id) ?? null,
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
			<Notice
				tone={round.passed ? 'success' : 'plain'}
				title={
					round.passed ? 'Signed and saved: this round is passed' : 'Signed and saved: this round does not count yet'
				}
			/>
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
