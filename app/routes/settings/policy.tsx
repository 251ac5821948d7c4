import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset, Notice } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readPolicy } from './read-policy.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Policy of ${data?.name ?? ''} – Countersign` },
];

export async function loader(args: LoaderFunctionArgs) {
	return readPolicy(args);
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
			{policy.kinds.map((kind) => (
				<DataTable
					key={kind.title}
					caption={`Otherwise at sites for ${kind.title}, where they have set nothing else`}
					head={['Number', 'Elsewhere', 'There']}
					rows={kind.lines.map((line) => [line.label, line.from, line.to])}
				/>
			))}
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
