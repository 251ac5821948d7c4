import type { LoaderFunctionArgs } from '@remix-run/node';
import { stringify } from 'csv-stringify/sync';
import { roleWords } from '../../domain/privilege.ts';
import { standingWords } from '../../ui/standing.tsx';
import { readMatrix } from './read-matrix.server.ts';

/** The matrix as RFC 4180 CSV that Excel opens as it is: UTF-8 with a mark, and no cell that it would run as a formula. */
export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const { site, asked, privileges, rows } = await readMatrix(context, request, params.site);
	const head = ['Staff code', 'Name', 'Role', ...privileges.flatMap((each) => [each.title, `${each.title}: last day`])];
	const lines = rows.map(({ person, cells }) => [
		person.staffCode,
		`${person.givenName} ${person.familyName}`,
		roleWords[person.role],
		...cells.flatMap(({ standing, lastDay }) => [standingWords[standing], lastDay ?? '']),
	]);
	const csv = stringify([head, ...lines.map((line) => line.map(withoutNul))], {
		bom: true,
		escape_formulas: true,
		record_delimiter: 'windows',
	});
	const name = `${site.slug}-matrix-at-${asked.at}-known-${asked.known}.csv`;
	return new Response(csv, {
		headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` },
	});
}

function withoutNul(text: string): string {
	return text.replaceAll('\0', '');
}
