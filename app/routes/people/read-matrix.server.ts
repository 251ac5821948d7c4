import type { AppLoadContext } from '@remix-run/node';
import { z } from 'zod';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listColleagues, listSites } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { may } from '../../domain/authority.ts';
import { presentFor } from '../../domain/evidence.ts';
import { instantFor, matrixOf } from '../../domain/matrix.ts';
import { localDay } from '../../domain/period.ts';
import { forbidden, inProvider, notFound, requireAuthority } from '../../session.server.ts';

const day = z.iso.date().catch('');
const view = z.object({
	at: day,
	known: day,
	role: z.string().max(20).catch(''),
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
		const evidence = await listEvidenceOf(tx, { providerId, personIds: people.map((each) => each.id) });
		const rules = (await rulesBySite(tx, providerId, catalogue(), instantFor(at, context.now)))(site.id);
		const privileges = [...catalogue().privileges.values()].map(({ body }) => body);
		const present = presentFor(evidence, context.now);
		const rows = matrixOf(
			rules,
			people,
			evidence,
			privileges.map((each) => each.code),
			{
				siteId: site.id,
				at: instantFor(at, present),
				knownAt: instantFor(known, present),
			},
		);
		return {
			visitor,
			site,
			sites: sites.filter((each) => may(visitor.posts, 'see-matrix', each.id)),
			asked: { ...asked, at, known },
			today,
			privileges,
			roles: [...new Set(colleagues.map((each) => each.role))],
			staff: colleagues.length,
			rows,
		};
	});
}
