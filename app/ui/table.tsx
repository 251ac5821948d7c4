// biome-ignore-all lint/a11y/noRedundantRoles: browsers forget that it is a table once it is laid out as blocks
import type { ReactNode } from 'react';

/** The first cell of a row names the row. On a phone each row stands as a block of labelled lines. */
export function DataTable({
	caption,
	captionHidden,
	head,
	rows,
}: {
	caption: string;
	/** Where a heading above says the same. */
	captionHidden?: boolean;
	head: string[];
	rows: ReactNode[][];
}) {
	return (
		<table className="data-table" role="table">
			<caption className={captionHidden ? 'visually-hidden' : undefined}>{caption}</caption>
			<thead role="rowgroup">
				<tr role="row">
					{head.map((title) => (
						<th key={title} scope="col" role="columnheader">
							{title}
						</th>
					))}
				</tr>
			</thead>
			<tbody role="rowgroup">
				{rows.map(([first, ...cells], index) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: rows carry no id, and are never reordered in place
					<tr key={index} role="row">
						<th scope="row" role="rowheader">
							{first}
						</th>
						{cells.map((cell, column) => (
							<td key={head[column + 1]} role="cell">
								<span className="cell-label" aria-hidden="true">
									{head[column + 1]}
								</span>
								<span className="cell-value">{cell}</span>
							</td>
						))}
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** The only thing allowed to scroll sideways: named, and reachable by keyboard. */
export function TableScroll({ label, children }: { label: string; children: ReactNode }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard must be able to scroll it
		<section className="table-scroll" aria-label={label} tabIndex={0}>
			{children}
		</section>
	);
}
