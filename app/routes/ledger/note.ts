import type { LoaderFunctionArgs } from '@remix-run/node';
import { findLastCheckpoint } from '#db/queries/checkpoints.ts';
import { localDay } from '../../domain/period.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';

/** The last checkpoint as the text that was signed. */
export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'verify');
	const last = await inProvider(visitor, (tx) => findLastCheckpoint(tx, visitor));
	if (!last) throw notFound();
	const name = `checkpoint-${localDay(last.madeAt)}-${last.size}.txt`;
	return new Response(last.note, {
		headers: { 'content-type': 'text/plain; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` },
	});
}
