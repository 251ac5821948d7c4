import { Link } from '@remix-run/react';
import type { Standing } from '../domain/rules.ts';
import { Details, Inset } from './notice.tsx';
import { StandingTag } from './standing.tsx';
import { DataTable } from './table.tsx';

export interface ChangeGroupView {
	key: string;
	title: string;
	from: Standing;
	to: Standing;
	why: string;
	count: number;
	rows: { person: string; privilege: string; site: string; on: string }[];
	/** Whether what they may do stays the same: listed when somebody asks for it. */
	aside: boolean;
	/** Whether somebody has asked for all of them. */
	all: boolean;
}

/** Standings that a new policy would change in the same way. */
export function ChangeGroup({ group }: { group: ChangeGroupView }) {
	const { key, title, from, to, why, count, rows, aside, all } = group;
	const counted = `${count} ${count === 1 ? 'standing' : 'standings'}`;
	const listed = (
		<>
			<DataTable
				caption={counted}
				captionHidden={aside}
				head={['Person', 'Privilege', 'Site', 'From']}
				rows={rows.map((row) => [row.person, row.privilege, row.site, row.on])}
			/>
			{rows.length < count && (
				<p>
					<Link to={`?all=${key}#${key}`}>Show all {count}</Link>
				</p>
			)}
		</>
	);
	return (
		<section id={key} aria-label={title}>
			<h3>{title}</h3>
			<p>
				<StandingTag standing={from} /> <span aria-hidden="true">→</span>
				<span className="visually-hidden"> then </span> <StandingTag standing={to} />
			</p>
			{why && <Inset>{why}</Inset>}
			{aside ? (
				<Details summary={counted} open={all}>
					{listed}
				</Details>
			) : (
				listed
			)}
		</section>
	);
}
