import type { LoaderFunctionArgs } from '@remix-run/node';
import { listPeopleByIds } from '#db/queries/people.ts';
import { countPolicyEvents } from '#db/queries/policies.ts';
import { catalogue } from '../../catalogue.server.ts';
import { numbersByKind } from '../../commands/setting-policy.ts';
import { may } from '../../domain/authority.ts';
import { sayLength } from '../../domain/length.ts';
import { sayMoment } from '../../domain/period.ts';
import { policyGraces } from '../../domain/policy-change.ts';
import { mainNumbers, numberAt, type PolicyNumber, sayNumber, siteKindWords } from '../../domain/policy-numbers.ts';
import { privilegeCodes } from '../../domain/privilege.ts';
import { privilegeNumbers } from '../../domain/privilege-numbers.ts';
import { withPolicy } from './policy-scope.server.ts';
import { differences, sayStored } from './stored-policy.server.ts';

/** The numbers in force, where each comes from, and every version there has been. */
export async function readPolicy(args: LoaderFunctionArgs) {
	return withPolicy(args, async (tx, page) => {
		const { visitor, site, sites, policies, inForce, maySet, name, address } = page;
		const { overrides } = policies;
		const newest = (siteId: string | null) => overrides.findLast((each) => each.siteId === siteId);
		const own = site && newest(site.id);
		const sourceOf = (path: string) => {
			const section = path
				.split('.')
				.slice(0, path.includes('.') ? 2 : 1)
				.join('.');
			if (own && numberAt(own.body, section) !== undefined) return `${site.name}’s own`;
			const ours = newest(null);
			if (ours && numberAt(ours.body, section) !== undefined) return `${visitor.providerName}’s`;
			const kind = site && policies.kinds.get(site.id);
			const shipped = kind && catalogue().policy.body.kinds?.[kind];
			return shipped && numberAt(shipped, section) !== undefined
				? `Countersign’s, for ${siteKindWords[kind]}`
				: 'Countersign’s';
		};
		const line = (number: PolicyNumber) => ({
			label: number.label,
			value: sayNumber(number, numberAt(inForce, number.path)),
			from: sourceOf(number.path),
		});
		const concerned = overrides.filter((each) => each.siteId === null || !site || each.siteId === site.id);
		const people = await listPeopleByIds(tx, { ...visitor, personIds: concerned.map((each) => each.recordedBy) });
		const changed = await countPolicyEvents(tx, visitor);
		const saved = Number(new URL(args.request.url).searchParams.get('saved'));
		const siteOf = (siteId: string | null) => sites.find((each) => each.id === siteId)?.name ?? visitor.providerName;
		return {
			name,
			address,
			site: site?.name ?? null,
			provider: visitor.providerName,
			maySet,
			saved: concerned.some((each) => each.version === saved) ? saved : null,
			sections: mainNumbers(inForce, site ? 'site' : 'provider').map(({ title, numbers }) => ({
				title,
				lines: numbers.map(line),
			})),
			privileges: privilegeCodes.flatMap((code) => {
				const pinned = catalogue().privileges.get(code);
				if (!pinned) return [];
				const set = privilegeNumbers(pinned.body, inForce)
					.filter((number) => numberAt(inForce, number.path) !== undefined)
					.map((number) => `${number.label.toLowerCase()}: ${line(number).value}`);
				return [
					{
						code,
						title: pinned.body.title,
						set: set.join('; '),
						from: set.length ? sourceOf(`privileges.${code}`) : '',
					},
				];
			}),
			kinds: site
				? []
				: numbersByKind(catalogue(), policies).flatMap(({ kind, inForce: there }) => {
						const lines = differences(inForce, there);
						return lines.length ? [{ title: siteKindWords[kind], lines }] : [];
					}),
			others: sites
				.filter((each) => each.id !== site?.id && may(visitor.posts, 'set-policy', each.id))
				.map((each) => ({ name: each.name, to: `/sites/${each.slug}/policy` })),
			versions: concerned.toReversed().map((each) => {
				const by = people.get(each.recordedBy);
				return {
					version: each.version,
					where: siteOf(each.siteId),
					by: by ? `${by.givenName} ${by.familyName}` : '',
					when: sayMoment(each.recordedAt),
					reason: each.reason,
					says: [...sayStored(each.body, inForce), sayGrace(each.grace)],
					changed: changed.get(each.version) ?? 0,
				};
			}),
		};
	});
}

/** By when people had to do what a version asked that was new. */
function sayGrace(grace = policyGraces[0] as string): string {
	return grace === 'P0D' ? 'What was new was asked at once' : `What was new was asked within ${sayLength(grace)}`;
}
