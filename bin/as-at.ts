import path from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { catalogue, rememberEarlier, rememberedKinds } from '#app/catalogue.server.ts';
import { rulesBySite } from '#app/commands/projecting.ts';
import { decider } from '#app/domain/decide.ts';
import { instantOf } from '#app/domain/period.ts';
import { isPrivilegeCode } from '#app/domain/privilege.ts';
import { asProvider, type Tx } from '#db/client.server.ts';
import { listContentVersions } from '#db/queries/content.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPeople, listSites } from '#db/queries/people.ts';
import * as schema from '#db/schema.ts';
import { complain, withOwner } from './open-owner.ts';

// `npm run as-at`: who might do what at an instant, as known at another, as CSV. A person, a site or the whole provider.
process.chdir(path.resolve(import.meta.dirname, '..'));

const usage = `npm run --silent as-at -- --at "2027-03-03 02:00" [--known "2027-03-03 02:00"]
  [--provider fairfield-care] [--site rose-house] [--person amara.okafor] [--privilege administer-oral]
Times are local. Left out: now, everybody, every site, every privilege.`;

interface Asked {
	at: Date;
	knownAt: Date;
	site: string | undefined;
	person: string | undefined;
	privilege: string | undefined;
}

function instantIn(text: string | undefined, otherwise: Date): Date {
	if (text === undefined) return otherwise;
	const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}))?$/.exec(text) ?? [];
	const instant = day ? instantOf(day, time ?? '23:59') : null;
	if (!instant || Number.isNaN(instant.getTime())) throw new Error(usage);
	return instant;
}

async function answers(tx: Tx, providerId: string, { at, knownAt, site, person, privilege }: Asked) {
	const sites = (await listSites(tx, { providerId })).filter((each) => !site || each.slug === site);
	const people = (await listPeople(tx, { providerId })).filter((each) => !person || each.staffCode === person);
	const codes = [...catalogue().privileges.keys()].filter((code) => !privilege || code === privilege);
	if (!sites.length || !people.length || !codes.length)
		throw new Error('There is no such site, person or privilege at this provider.');
	const rules = await rulesBySite(tx, providerId, catalogue(), at);
	const lines = [];
	for (const { id, staffCode } of people) {
		const evidence = await listEvidenceOf(tx, { providerId, personIds: [id] });
		for (const place of sites) {
			const answer = decider(rules(place.id), evidence, at, knownAt);
			for (const code of codes) {
				const {
					permit,
					standing,
					code: reason,
					validUntil,
					policyVersion,
				} = answer({ privilege: code, siteId: place.id });
				if (standing === 'not-required' && !person) continue;
				const until = validUntil?.toISOString() ?? '';
				lines.push([staffCode, place.slug, code, permit ? 'yes' : 'no', standing, reason, until, policyVersion]);
			}
		}
	}
	return lines;
}

try {
	const { values } = parseArgs({
		options: {
			at: { type: 'string' },
			known: { type: 'string' },
			provider: { type: 'string' },
			site: { type: 'string' },
			person: { type: 'string' },
			privilege: { type: 'string' },
		},
	});
	const { provider, site, person, privilege } = values;
	if (privilege && !isPrivilegeCode(privilege)) throw new Error(usage);
	const now = new Date();
	const asked = { at: instantIn(values.at, now), knownAt: instantIn(values.known, now), site, person, privilege };
	await withOwner(async (owner) => {
		rememberEarlier(catalogue(), await listContentVersions(owner, rememberedKinds));
		const providers = await owner
			.select({ id: schema.providers.id, slug: schema.providers.slug })
			.from(schema.providers);
		const chosen = providers.find((each) => (provider ? each.slug === provider : providers.length === 1));
		if (!chosen)
			throw new Error(`Say which provider: ${providers.map((each) => each.slug).join(', ') || 'there is none yet'}`);
		const lines = await asProvider(owner, chosen.id, (tx) => answers(tx, chosen.id, asked));
		const head = ['staff code', 'site', 'privilege', 'permitted', 'standing', 'reason', 'valid until', 'policy'];
		process.stdout.write(stringify([head, ...lines]));
	});
} catch (error) {
	complain(error);
	process.exitCode = 1;
}
