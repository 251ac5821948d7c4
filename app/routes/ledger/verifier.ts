import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { LoaderFunctionArgs } from '@remix-run/node';
import { requireAuthority } from '../../session.server.ts';

/** The program that checks a pack without Countersign. */
export async function loader({ context, request }: LoaderFunctionArgs) {
	await requireAuthority(context, request, 'verify');
	return new Response(await readFile(path.resolve('bin/verify-pack.mjs'), 'utf8'), {
		headers: {
			'content-type': 'text/plain; charset=utf-8',
			'content-disposition': 'attachment; filename="verify-pack.mjs"',
		},
	});
}
