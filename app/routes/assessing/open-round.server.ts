import type { LoaderFunctionArgs } from '@remix-run/node';
import { z } from 'zod';
import { findContentVersion } from '#db/queries/content.ts';
import { findPerson } from '#db/queries/people.ts';
import { findRound } from '#db/queries/rounds.ts';
import { catalogue } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import type { Checklist } from '../../domain/checklist.ts';
import { type PrivilegeCode, requirementOf } from '../../domain/privilege.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';

/**
 * The round that an address names, while its own assessor is filling it in. `found` is null once it has been signed:
 * its record is then under the same id.
 */
export async function openRound({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'observe');
	const roundId = z.uuid().safeParse(params.round);
	if (!roundId.success) throw notFound();
	const found = await inProvider(visitor, async (tx) => {
		const { providerId, personId } = visitor;
		const round = await findRound(tx, { providerId, assessorId: personId, roundId: roundId.data });
		if (!round) return null;
		const learner = await findPerson(tx, { providerId, personId: round.learnerId });
		const pinned = await findContentVersion(tx, round.contentVersionId);
		const { policy } = (await rulesBySite(tx, providerId, catalogue()))(round.siteId);
		const checklist = pinned?.body as Checklist;
		const code = round.privilege as PrivilegeCode;
		const body = catalogue().privileges.get(code)?.body;
		const requirement = body && requirementOf(body, 'observation');
		const asked = {
			counts: checklist.counts ?? true,
			variants: policy.privileges[code]?.variants ?? requirement?.variants ?? [],
			simulation: requirement?.simulation ?? false,
		};
		return { round, learner, checklist, policy, asked };
	});
	return { visitor, roundId: roundId.data, found };
}
