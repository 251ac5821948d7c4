import { Link } from '@remix-run/react';
import { DataTable } from './table.tsx';

export interface AskedRow {
	/** The client's. */
	id: string;
	name: string;
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
			rows={rows.map((each) => [
				<Link key={each.id} to={`/settings/clients/${encodeURIComponent(each.id)}`}>
					{each.name}
				</Link>,
				each.asked,
				each.refused,
				each.last,
			])}
		/>
	) : (
		<p>No system has asked anything in the last 24 hours.</p>
	);
}
