import type { AppLoadContext } from '@remix-run/node';
import { z } from 'zod';
import { findLastRecordedAt, listRuledEvidence } from '#db/queries/evidence.ts';
import { listColleagues, listSites } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { may } from '../../domain/authority.ts';
import { isoDate } from '../../domain/content.ts';
import { instantFor, matrixOf } from '../../domain/matrix.ts';
import { latest, localDay } from '../../domain/period.ts';
import { standings } from '../../domain/rules.ts';
import { forbidden, inProvider, notFound, requireAuthority } from '../../session.server.ts';

const day = isoDate.catch('');
const view = z.object({
	at: day,
	known: day,
	privilege: z.string().max(40).catch(''),
	role: z.string().max(20).catch(''),
	standing: z.enum(['', ...standings]).catch(''),
	name: z.string().trim().max(60).catch(''),
});

/** What the matrix page and its CSV both show: the same people, the same day, the same filters. */
export async function readMatrix(context: AppLoadContext, request: Request, slug: string | undefined) {
	const visitor = await requireAuthority(context, request, 'see-matrix');
	const { providerId } = visitor;
	const today = localDay(context.now);
	const asked = view.parse(Object.fromEntries(new URL(request.url).searchParams));
	const at = asked.at && asked.at <= today ? asked.at : today;
	const known = asked.known && asked.known <= today ? asked.known : today;
	return inProvider(visitor, async (tx) => {
		const sites = await listSites(tx, visitor);
		const site = sites.find((each) => each.slug === slug);
		if (!site) throw notFound();
		if (!may(visitor.posts, 'see-matrix', site.id)) throw forbidden();
		const colleagues = await listColleagues(tx, { providerId, siteId: site.id, onDay: at });
		const people = colleagues.filter(
			(each) =>
				(!asked.role || each.role === asked.role) &&
				`${each.givenName} ${each.familyName}`.toLowerCase().includes(asked.name.toLowerCase()),
		);
		const rules = (await rulesBySite(tx, providerId, catalogue(), instantFor(at, context.now)))(site.id);
		const every = [...catalogue().privileges.values()].map(({ body }) => body);
		const chosen = every.filter(({ code }) => code === asked.privilege);
		const privileges = chosen.length ? chosen : every;
		const codes = privileges.map((each) => each.code);
		// Never before the newest row: this server's clock may run behind the database's.
		const present = latest([context.now, (await findLastRecordedAt(tx, { providerId })) ?? context.now]) ?? context.now;
		const asOf = { siteId: site.id, at: instantFor(at, present), knownAt: instantFor(known, present) };
		const rows = [];
		for await (const part of listRuledEvidence(tx, { providerId, people, knownAt: asOf.knownAt }))
			rows.push(...matrixOf(rules, part.people, part.evidence, codes, asOf));
		return {
			visitor,
			site,
			sites: sites.filter((each) => may(visitor.posts, 'see-matrix', each.id)),
			asked: { ...asked, at, known },
			today,
			every,
			privileges,
			roles: [...new Set(colleagues.map((each) => each.role))],
			staff: colleagues.length,
			rows: rows.filter(({ cells }) => !asked.standing || cells.some(({ standing }) => standing === asked.standing)),
		};
	});
}
