import type { LoaderFunctionArgs } from '@remix-run/node';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { catalogue } from '../../catalogue.server.ts';
import { answerOnTheDay } from '../../commands/on-the-day.ts';
import { isoDate } from '../../domain/content.ts';
import { instantOf, localDay, localTime, sayMoment } from '../../domain/period.ts';
import { type CellPage, withCell } from './cell.server.ts';

const asked = z.object({
	on: isoDate.catch(''),
	time: z
		.string()
		.regex(/^([01]\d|2[0-3]):[0-5]\d$/)
		.catch(''),
	known: z.enum(['now', 'then']).catch('now'),
});

/** What the page and its PDF both show: the answer for one minute, as known now or as known then. */
export async function readDay<T>(
	args: LoaderFunctionArgs,
	work: (tx: Tx, page: CellPage, answer: Awaited<ReturnType<typeof answerFor>>) => Promise<T>,
): Promise<T> {
	return withCell(args, { authority: 'see-evidence', own: true }, async (tx, page) =>
		work(tx, page, await answerFor(args, tx, page)),
	);
}

async function answerFor({ request, context }: LoaderFunctionArgs, tx: Tx, { visitor, cell }: CellPage) {
	const query = asked.parse(Object.fromEntries(new URL(request.url).searchParams));
	const [today, clock] = [localDay(context.now), localTime(context.now)];
	const on = query.on && query.on <= today ? query.on : today;
	const given = query.time || (on === today ? clock : '12:00');
	const minute = instantOf(on, given);
	const at = new Date(Math.min(minute.getTime(), context.now.getTime()));
	const knownAt = query.known === 'then' ? at : context.now;
	const answer = await answerOnTheDay(tx, visitor.providerId, catalogue(), cell.personId, cell, { at, knownAt });
	return {
		...answer,
		at,
		knownAt,
		today,
		query: { on: localDay(at), time: localTime(at), known: query.known },
		moment: sayMoment(at),
		/** London's clocks went back in this hour: the minute came twice, and the first of the two is meant. */
		twice: localTime(new Date(at.getTime() + 3_600_000)) === localTime(at),
	};
}
