import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import type { Finding } from '../../commands/finding.ts';
import { sayMoment } from '../../domain/period.ts';
import { requireAuthority } from '../../session.server.ts';
import { LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';
import { checkLedger } from './check-ledger.server.ts';

export const meta: MetaFunction = () => [{ title: 'Check of the ledger – Countersign' }];

const mostShown = 100;

export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'verify');
	const { findings, counts, milliseconds } = await checkLedger(visitor);
	return {
		provider: visitor.providerName,
		checked: sayMoment(context.now),
		counts,
		seconds: Math.max(1, Math.round(milliseconds / 1000)),
		found: findings.length,
		findings: findings.slice(0, mostShown),
	};
}

export default function CheckPage() {
	const { provider, checked, counts, seconds, found, findings } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Check of the ledger" caption={provider} back={{ to: '/ledger', label: 'Ledger' }} />
			{found === 0 ? (
				<Notice tone="success" title="Everything is as it was written">
					<p>No row, checkpoint, note or standing was changed, moved or removed.</p>
				</Notice>
			) : (
				<Notice
					tone="warning"
					title={found === 1 ? 'One thing is not as it was written' : `${found} things are not as they were written`}
				>
					<p>Change nothing more. Keep this page, and ask whoever looks after your database what was done to it.</p>
				</Notice>
			)}
			{findings.length > 0 && (
				<DataTable
					caption={found > findings.length ? `The first ${findings.length} of ${found}` : 'What was found'}
					head={['What', 'Where', 'Why']}
					rows={findings.map(({ what, where, detail }) => [findingWords[what], where, detail])}
				/>
			)}
			<SummaryList
				rows={[
					{ key: 'Checked', value: `${checked}, in ${seconds === 1 ? 'a second' : `${seconds} seconds`}` },
					{ key: 'Rows of evidence', value: counts.evidence.toLocaleString('en-GB') },
					{ key: 'Checkpoints', value: counts.checkpoints.toLocaleString('en-GB') },
					{ key: 'Standings', value: counts.standings.toLocaleString('en-GB') },
				]}
			/>
			<LinkButton to="/ledger/check" kind="secondary">
				Check again
			</LinkButton>
		</>
	);
}

const findingWords: Record<Finding['what'], string> = {
	chain: 'A row of evidence was changed, moved or removed',
	payload: 'A row of evidence holds something that does not belong there',
	reference: 'A row points at something that is not there',
	checkpoint: 'What was signed does not fit the rows',
	content: 'What was taught or asked is not as it was',
	event: 'A row and its notice do not fit together',
	note: 'A note is not the one that was written, or is gone',
	standing: 'A standing is not what the evidence gives',
	post: 'Where somebody works is not what the evidence says',
};
