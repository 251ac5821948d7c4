import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readContent } from './read-content.server.ts';

export const meta: MetaFunction = () => [{ title: 'Content and what is new – Countersign' }];

export async function loader(args: LoaderFunctionArgs) {
	return readContent(args);
}

/** What is taught, asked and ticked: which versions hold here, and what each new one asks of whom. */
export default function ContentPage() {
	const { news, kinds } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading
				title="Content and what is new"
				caption="Everything that is taught, asked and ticked"
				back={{ to: '/settings', label: 'Settings' }}
			/>
			<h2>New versions that ask something of your staff</h2>
			{news.length === 0 && <Inset>No new version asks anything of people who are signed off.</Inset>}
			{news.map((each) => (
				<section key={each.key}>
					<h3>
						{each.title}, version {each.version}
					</h3>
					<SummaryList
						rows={[
							{ key: 'What is new', value: each.says },
							{ key: 'In force here since', value: each.since },
							{ key: 'People who were signed off before', value: each.asks },
							{ key: 'By the end of', value: each.dueBy },
							{ key: 'Have done it', value: `${each.done.length} of ${each.of}` },
						]}
					/>
					<News caption="Have still to do it, and lose the privilege after that day" rows={each.open} />
					<News caption="Have lost the privilege until they do it" rows={each.lapsed} />
					{each.done.length > 0 && (
						<Details summary={`Who has done it (${each.done.length})`}>
							<News caption="Have done it" rows={each.done} />
						</Details>
					)}
				</section>
			))}
			<h2>Versions in force</h2>
			{kinds.map((kind) => (
				<DataTable
					key={kind.title}
					caption={kind.title}
					head={['What', 'Version', 'In force here since', 'Clinical review', 'To be looked at again by']}
					rows={kind.rows.map((row) => [row.title, row.version, row.since, row.review, row.reviewBy])}
				/>
			))}
		</>
	);
}

function News({ caption, rows }: { caption: string; rows: { person: string; privilege: string; site: string }[] }) {
	if (!rows.length) return null;
	return (
		<DataTable
			caption={caption}
			head={['Person', 'Privilege', 'Site']}
			rows={rows.map((row) => [row.person, row.privilege, row.site])}
		/>
	);
}
