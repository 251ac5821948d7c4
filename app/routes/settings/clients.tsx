import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { Tag } from '../../ui/tag.tsx';
import { readClients, withClients } from './read-clients.server.ts';

export const meta: MetaFunction = () => [{ title: 'Connected systems – Countersign' }];

/** The other systems that may ask who is competent. */
export async function loader(args: LoaderFunctionArgs) {
	return withClients(args, async (tx, page) => ({
		mayChange: page.mayChange,
		clients: await readClients(tx, page),
	}));
}

export default function ClientsPage() {
	const { clients, mayChange } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading
				title="Connected systems"
				caption="eMARs, rotas and others that ask who is competent"
				back={{ to: '/settings', label: 'Settings' }}
			/>
			{clients.length ? (
				<DataTable
					caption="Systems that may ask"
					head={['System', 'May ask', 'Last signed in', 'State']}
					rows={clients.map((each) => [
						<Link key="name" to={`/settings/clients/${each.id}`}>
							{each.name}
						</Link>,
						<ul key="may">
							{each.may.map((words) => (
								<li key={words}>{words}</li>
							))}
						</ul>,
						each.lastSeen ?? 'Never',
						each.off ? (
							<Tag key="state" tone="problem">
								Switched off
							</Tag>
						) : (
							<Tag key="state" tone="done">
								On
							</Tag>
						),
					])}
				/>
			) : (
				<Inset>
					No system is connected yet. Register your eMAR here, and it can ask who is competent before each dose.
				</Inset>
			)}
			{mayChange ? (
				<LinkButton to="/settings/clients/new">Register a system</LinkButton>
			) : (
				<Inset>Only somebody who is manager of every site can register a system or change one.</Inset>
			)}
			<p>
				For the makers of other systems: <Link to="/api">how to ask</Link>.
			</p>
		</>
	);
}
