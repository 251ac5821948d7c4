import { setImmediate } from 'node:timers/promises';
import type { LoaderFunctionArgs } from '@remix-run/node';
import type { z } from 'zod';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPeopleByIds, listSites } from '#db/queries/people.ts';
import { listStaffIds } from '#db/queries/policies.ts';
import { catalogue, contentTitle, titles } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { may } from '../../domain/authority.ts';
import type { ContentKind, provenance } from '../../domain/content.ts';
import { changeDueBy, type NewsStanding, newsOf } from '../../domain/content-news.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { presentFor } from '../../domain/evidence.ts';
import { lastDayBefore, localDay, sayDay } from '../../domain/period.ts';
import { asksWords } from '../../domain/policy-numbers.ts';
import { forbidden, inProvider, requireVisitor } from '../../session.server.ts';

/** What the page of content shows: for the staff of the sites where the visitor may see evidence. */
export async function readContent({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireVisitor(context, request);
	const { providerId, posts } = visitor;
	if (!may(posts, 'see-evidence') && !may(posts, 'set-policy')) throw forbidden();
	const changes = catalogue().changes.filter((change) => change.inForceFrom <= context.now);
	return inProvider(visitor, async (tx) => {
		const sites = (await listSites(tx, visitor)).filter((site) => may(posts, 'see-evidence', site.id));
		const rules = await rulesBySite(tx, providerId, catalogue());
		const standings: NewsStanding[] = [];
		for (const site of changes.some((change) => change.asks !== 'nothing') ? sites : []) {
			const personIds = await listStaffIds(tx, { providerId, siteId: site.id });
			const evidence = new Map<string, Evidence[]>(personIds.map((id) => [id, []]));
			for (const each of await listEvidenceOf(tx, { providerId, personIds })) evidence.get(each.personId)?.push(each);
			for (const theirs of evidence.values()) {
				await setImmediate();
				standings.push(...newsOf(rules(site.id), theirs, site.id, presentFor(theirs, context.now)));
			}
		}
		const people = await listPeopleByIds(tx, { providerId, personIds: standings.map((each) => each.personId) });
		const said = ({ personId, privilege, siteId }: NewsStanding) => {
			const person = people.get(personId);
			return {
				person: person ? `${person.givenName} ${person.familyName}` : '',
				privilege: titles().privilege(privilege),
				site: sites.find((site) => site.id === siteId)?.name ?? '',
			};
		};
		return {
			news: changes
				.filter((change) => change.asks !== 'nothing')
				.toReversed()
				.map((change) => {
					const theirs = standings.filter((each) => each.change === change);
					const of = (state: NewsStanding['state']) => theirs.filter((each) => each.state === state).map(said);
					return {
						key: `${change.kind} ${change.slug} ${change.version}`,
						title: contentTitle(change.kind, change.slug),
						version: change.version,
						says: change.says,
						since: sayDay(localDay(change.inForceFrom)),
						asks: `have to ${asksWords[change.asks]}`,
						dueBy: sayDay(lastDayBefore(changeDueBy(change))),
						of: theirs.length,
						done: of('done'),
						open: of('open'),
						lapsed: of('lapsed'),
					};
				}),
			kinds: kindsOfContent(),
		};
	});
}

type Provenance = z.infer<typeof provenance>;

function kindsOfContent() {
	const { modules, quizzes, checklists, privileges, pinned } = catalogue();
	const row = (kind: ContentKind, slug: string, version: number, versionId: string, said: readonly Provenance[]) => {
		const since = pinned.find((each) => each.id === versionId)?.recordedAt;
		const reviewed = said.every((each) => each.clinicalReview !== 'awaiting');
		const review = said[0]?.clinicalReview;
		return {
			title: contentTitle(kind, slug),
			version: String(version),
			since: since ? sayDay(localDay(since)) : '',
			review:
				reviewed && review && review !== 'awaiting'
					? `Checked by ${review.by} on ${sayDay(review.on)}`
					: 'Awaiting clinical review',
			reviewBy: sayDay(said.map((each) => each.reviewBy).sort()[0] ?? ''),
		};
	};
	return [
		{
			title: 'Privileges',
			rows: [...privileges.values()].map(({ body, version, versionId }) =>
				row('privilege', body.code, version, versionId, [body.provenance]),
			),
		},
		{
			title: 'Modules',
			rows: [...modules.values()].map(({ body, version, versionId }) =>
				row('module', body.slug, version, versionId, [body.provenance]),
			),
		},
		{
			title: 'Quizzes',
			rows: [...quizzes.values()].map(({ body, version, versionId }) =>
				row(
					'quiz',
					body.slug,
					version,
					versionId,
					body.banks.map((bank) => bank.provenance),
				),
			),
		},
		{
			title: 'Round forms',
			rows: [...checklists.values()].map(({ body, version, versionId }) =>
				row('checklist', body.slug, version, versionId, [body.provenance]),
			),
		},
	];
}
