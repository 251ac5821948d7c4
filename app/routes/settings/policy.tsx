import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { listPeopleByIds } from '#db/queries/people.ts';
import { countPolicyEvents } from '#db/queries/policies.ts';
import { catalogue } from '../../catalogue.server.ts';
import { may } from '../../domain/authority.ts';
import { sayMoment } from '../../domain/period.ts';
import { mainNumbers, numberAt, type PolicyNumber, privilegeNumbers, sayNumber } from '../../domain/policy-numbers.ts';
import { privilegeCodes } from '../../domain/privilege.ts';
import { LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset, Notice } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { withPolicy } from './policy-scope.server.ts';
import { sayStored } from './stored-policy.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Policy of ${data?.name ?? ''} – Countersign` },
];

/** The numbers in force, where each comes from, and every version there has been. */
export async function loader(args: LoaderFunctionArgs) {
	return withPolicy(args, async (tx, page) => {
		const { visitor, site, sites, overrides, inForce, maySet, name, address } = page;
		const newest = (siteId: string | null) => overrides.findLast((each) => each.siteId === siteId);
		const own = site && newest(site.id);
		const sourceOf = (path: string) => {
			const section = path
				.split('.')
				.slice(0, path.includes('.') ? 2 : 1)
				.join('.');
			if (own && numberAt(own.body, section) !== undefined) return `${site.name}’s own`;
			const ours = newest(null);
			return ours && numberAt(ours.body, section) !== undefined ? `${visitor.providerName}’s` : 'Countersign’s';
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
					says: sayStored(each.body, inForce),
					changed: changed.get(each.version) ?? 0,
				};
			}),
		};
	});
}

export default function PolicyPage() {
	const policy = useLoaderData<typeof loader>();
	return (
		<>
			<Heading
				title={`Policy of ${policy.name}`}
				caption={policy.site ? `Over the policy of ${policy.provider}` : 'For every site that has set nothing else'}
				back={{ to: '/settings', label: 'Settings' }}
			/>
			{policy.saved && (
				<Notice tone="success" title={`Version ${policy.saved} is saved and in force`}>
					<p>Where everybody concerned stands has been worked out anew.</p>
				</Notice>
			)}
			<p>
				These numbers decide who is competent, and for how long. Those that Countersign ships are custom and practice,
				not law: you may set your own. You see who would be affected before anything is saved.
			</p>
			{policy.maySet ? (
				<LinkButton to={`${policy.address}/numbers`}>Change the numbers</LinkButton>
			) : (
				<Inset>Only somebody who manages every site of {policy.provider} can change this policy.</Inset>
			)}
			{policy.others.length > 0 && (
				<p>
					Policy of one site:{' '}
					{policy.others.map((each, place) => (
						<span key={each.to}>
							{place > 0 && ', '}
							<Link to={each.to}>{each.name}</Link>
						</span>
					))}
				</p>
			)}
			{policy.site && (
				<p>
					<Link to="/policy">Policy of {policy.provider}</Link>
				</p>
			)}
			{policy.sections.map((section) => (
				<DataTable
					key={section.title}
					caption={section.title}
					head={['Number', 'In force', 'Whose number']}
					rows={section.lines.map((line) => [line.label, line.value, line.from])}
				/>
			))}
			<DataTable
				caption="Numbers of one privilege"
				head={['Privilege', 'In force', 'Whose number']}
				rows={policy.privileges.map((each) => [
					policy.maySet ? (
						<Link key={each.code} to={`${policy.address}/privileges/${each.code}`}>
							{each.title}
						</Link>
					) : (
						each.title
					),
					each.set || 'as above, nothing of its own',
					each.from || 'Countersign’s',
				])}
			/>
			<h2>Versions</h2>
			{policy.versions.length === 0 && <Inset>Nothing has been set yet: Countersign’s numbers hold.</Inset>}
			{policy.versions.map((each) => (
				<Details key={each.version} summary={`Version ${each.version}, ${each.where}, ${each.when}`}>
					<p>
						Set by {each.by}. Why: {each.reason}
					</p>
					<p>
						{each.changed
							? `When it was saved, ${each.changed} ${each.changed === 1 ? 'permission' : 'permissions'} to act changed.`
							: 'When it was saved, nobody gained or lost permission to act.'}
					</p>
					<ul>
						{each.says.map((line) => (
							<li key={line}>{line}</li>
						))}
					</ul>
				</Details>
			))}
		</>
	);
}
