import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { z } from 'zod';
import { findRegisteredClient } from '#db/queries/clients.ts';
import { findDecision } from '#db/queries/decisions.ts';
import { listSites } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { type Replayed, replayDecision, type WorkedAgain } from '../../commands/replaying.ts';
import { may, mayEverywhere } from '../../domain/authority.ts';
import type { LoggedDecision } from '../../domain/logged-decision.ts';
import { localDay, localTime, sayMoment } from '../../domain/period.ts';
import { sayPolicy } from '../../domain/policy.ts';
import { sayRefusal } from '../../domain/refusal.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { standingWords } from '../../ui/standing.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readNames } from '../reviewing/names.server.ts';
import { withSites } from '../reviewing/with-sites.server.ts';
import { sayAsked } from './say-asked.server.ts';

export const meta: MetaFunction = () => [{ title: 'One answer – Countersign' }];

/** One logged decision, and the same question worked out anew from the evidence and the policy of then. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, ['see-decisions'], async (tx, { visitor, sites }) => {
		const { providerId, posts } = visitor;
		const evaluationId = z.uuid().safeParse(args.params.evaluation);
		const logged = evaluationId.success
			? await findDecision(tx, { providerId, evaluationId: evaluationId.data })
			: null;
		if (!logged) throw notFound();
		const everySite = (await listSites(tx, { providerId })).map((site) => site.id);
		const theirs = logged.siteId
			? may(posts, 'see-decisions', logged.siteId)
			: mayEverywhere(posts, 'see-decisions', everySite);
		if (!theirs) throw forbidden();
		const replay = await replayDecision(tx, providerId, catalogue(), logged);
		const beside = logged.beside.map((each) => each.personId);
		const names = await readNames(tx, providerId, [logged.personId, ...beside], sites);
		const { who, what, where } = sayAsked(logged, names);
		const site = sites.find((each) => each.id === logged.siteId);
		const client = await findRegisteredClient(tx, { providerId, clientId: logged.clientId });
		return {
			evaluationId: logged.evaluationId,
			when: sayMoment(logged.evaluatedAt),
			day:
				logged.personId && site
					? `/people/${logged.personId}/${site.slug}/${logged.action}/day?on=${localDay(logged.evaluatedAt)}&time=${localTime(logged.evaluatedAt)}`
					: null,
			asked: [
				{ key: 'About', value: who },
				{ key: 'As it was asked', value: logged.subjectId ?? 'Not kept: the name has been erased' },
				{ key: 'For', value: what },
				{ key: 'At', value: where },
				...(logged.context.person ? [{ key: 'For the person supported', value: logged.context.person }] : []),
				...(logged.context.time
					? [{ key: 'For a time to come', value: sayMoment(new Date(logged.context.time)) }]
					: []),
				...logged.beside.map((each) => ({
					key: each.as === 'witness' ? 'With the witness' : 'Beside',
					value: each.personId ? names.person(each.personId) : `Somebody we do not know (“${logged.context[each.as]}”)`,
				})),
				{ key: 'Asked by', value: client?.name ?? logged.clientId },
				{ key: 'Number of the answer', value: logged.evaluationId },
			],
			restedOn: [
				{ key: 'Evidence', value: logged.upToSeq ? `Up to row ${logged.upToSeq} of the ledger` : 'None' },
				{ key: 'Policy', value: logged.policyVersion ? sayPolicy(logged.policyVersion) : 'None was needed' },
			],
			outcome: replay.byEarlierRule ? 'earlier-rule' : replay.differs.length ? 'differs' : 'agrees',
			rows: compared(logged, replay.byEarlierRule ? null : replay),
		};
	});
}

/** The answer as it was given and, where it was worked out again, as it comes out and whether that is the same. */
function compared(logged: LoggedDecision, again: WorkedAgain | null): string[][] {
	const rows: [keyof Replayed, string, (of: Replayed) => string][] = [
		['decision', 'Answer', (of) => (of.decision ? 'Yes' : 'No')],
		['code', 'Reason', (of) => `${of.decision ? 'They may do this' : capital(sayRefusal(of.code))} (${of.code})`],
		['standing', 'Standing', (of) => (of.standing ? standingWords[of.standing] : 'None')],
		['validUntil', 'Good until', (of) => (of.validUntil ? sayMoment(of.validUntil) : 'Not at all')],
	];
	return rows.map(([part, title, say]) => [
		title,
		say(logged),
		...(again ? [say(again.answer), again.differs.includes(part) ? 'No' : 'Yes'] : []),
	]);
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

export default function DecisionPage() {
	const { when, day, asked, restedOn, outcome, rows } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="One answer" caption={when} back={{ to: '/settings/decisions', label: 'Refused questions' }} />
			<h2>What was asked</h2>
			<SummaryList rows={asked} />
			<h2>What the answer rested on</h2>
			<SummaryList rows={restedOn} />
			{outcome === 'earlier-rule' ? (
				<Notice tone="plain" title="Made by an earlier rule">
					<p>
						The rules themselves have been changed since. This answer was right or wrong by the rules of its day, so it
						is not worked out again by those of today.
					</p>
				</Notice>
			) : outcome === 'agrees' ? (
				<Notice tone="plain" title="Worked out again, the answer is the same">
					<p>From the evidence and the policy of that moment, leaving out everything since.</p>
				</Notice>
			) : (
				<Notice tone="warning" title="Worked out again, the answer is not the same">
					<p>
						Something has changed that should not, or Countersign is wrong. Check the ledger, and tell whoever looks
						after Countersign for you. <Link to="/ledger/check">Check the ledger</Link>
					</p>
				</Notice>
			)}
			<DataTable
				caption={outcome === 'earlier-rule' ? 'The answer' : 'Then, and worked out again'}
				head={['', 'Answered', ...(outcome === 'earlier-rule' ? [] : ['Worked out again', 'The same'])]}
				rows={rows}
			/>
			{day && (
				<p>
					<Link to={day}>The evidence on that day</Link>
				</p>
			)}
		</>
	);
}
