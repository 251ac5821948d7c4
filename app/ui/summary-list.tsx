import { Link } from '@remix-run/react';
import type { ReactNode } from 'react';
import type { To } from './layout.tsx';

export type SummaryRow = { key: string; value: ReactNode; action?: To };

export function SummaryList({ rows }: { rows: SummaryRow[] }) {
	return (
		<dl className="summary-list">
			{rows.map(({ key, value, action }) => (
				<div className="summary-row" key={key}>
					<dt>{key}</dt>
					<dd>{value}</dd>
					{action && (
						<dd className="summary-action">
							<Link to={action.to}>
								{action.label}
								<span className="visually-hidden"> {key.toLowerCase()}</span>
							</Link>
						</dd>
					)}
				</div>
			))}
		</dl>
	);
}
