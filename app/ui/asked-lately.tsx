import { DataTable } from './table.tsx';

export interface AskedRow {
	client: string;
	asked: number;
	refused: number;
	/** A moment in words. */
	last: string;
}

/** How much other systems asked in the last day, one line each. */
export function AskedLately({ rows }: { rows: AskedRow[] }) {
	return rows.length ? (
		<DataTable
			caption="Asked in the last 24 hours"
			head={['System', 'Questions', 'Refused', 'Last']}
			rows={rows.map((each) => [each.client, each.asked, each.refused, each.last])}
		/>
	) : (
		<p>No system has asked anything in the last 24 hours.</p>
	);
}
