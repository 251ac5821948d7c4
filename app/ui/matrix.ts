import type { MatrixRow } from '../domain/matrix.ts';
import { sayShortDay } from '../domain/period.ts';
import { type Privilege, type Role, roleWords } from '../domain/privilege.ts';
import { standingShape, standingWords } from './standing.tsx';

interface Listed {
	id: string;
	givenName: string;
	familyName: string;
	role: Role;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/**
 * The matrix as HTML. Built as a string: thousands of cells cost React thirty times as much, on the server and again
 * in the browser. With `opens`, each cell leads to its evidence.
 */
export function matrixHtml(
	rows: readonly MatrixRow<Listed>[],
	privileges: readonly Privilege[],
	{
		siteSlug,
		caption,
		opens,
		competent,
	}: { siteSlug: string; caption: string; opens: boolean; competent: readonly number[] },
): string {
	const head = privileges
		.map(
			({ title }, place) =>
				`<th scope="col">${escapeHtml(title)}<span class="hint">${competent[place]} competent</span></th>`,
		)
		.join('');
	const body = rows.map(({ person, cells }) => {
		const name = escapeHtml(`${person.givenName} ${person.familyName}`);
		const title = opens ? `<a href="/people/${person.id}">${name}</a>` : name;
		const tags = cells.map(({ standing, lastDay }, place) => {
			const day = lastDay
				? `<span class="until">${standing === 'expired' ? 'on' : 'to'} ${sayShortDay(lastDay)}</span>`
				: '';
			const tag = `<span class="tag standing-${standing}">${standingShape[standing]}${standingWords[standing]}</span>${day}`;
			const to = `/people/${person.id}/${siteSlug}/${privileges[place]?.code}`;
			return opens ? `<td><a href="${to}">${tag}</a></td>` : `<td><div>${tag}</div></td>`;
		});
		return `<tr><th scope="row">${title}<span class="hint">${roleWords[person.role]}</span></th>${tags.join('')}</tr>`;
	});
	return `<table class="matrix"><caption class="visually-hidden">${escapeHtml(caption)}</caption><thead><tr><th scope="col">Person</th>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}
