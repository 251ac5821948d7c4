import type { Delivery, Endpoint } from '#db/queries/webhooks.ts';
import { sayMoment } from '../../domain/period.ts';
import { offWords, outcomeWords } from '../../domain/webhook.ts';
import type { EndpointState } from '../../ui/endpoint-state.tsx';
import type { Tone } from '../../ui/tag.tsx';

/** How an endpoint stands, in words. */
export function sayEndpoint({ offAt, offBecause, failingSince, holdUntil }: Endpoint, now: Date): EndpointState {
	if (offAt && offBecause) {
		const tone = offBecause === 'manager' ? 'todo' : 'problem';
		return { tone, tag: 'Off', says: `${offWords[offBecause]}, ${sayMoment(offAt)}` };
	}
	if (holdUntil && holdUntil > now)
		return {
			tone: 'waiting',
			tag: 'Waiting',
			says: `The other system is too busy. We wait until ${sayMoment(holdUntil)}`,
		};
	if (failingSince)
		return { tone: 'problem', tag: 'Not getting through', says: `Since ${sayMoment(failingSince)}. We keep trying` };
	return { tone: 'done', tag: 'On', says: '' };
}

/** How a delivery stands, in words. */
export function sayDelivery(delivery: Delivery): { tone: Tone; tag: string; says: string } {
	const { state, attempts, outcome, status, milliseconds, nextAttemptAt } = delivery;
	const what = outcome ? outcomeWords[outcome] : '';
	const answer = status === null ? what : `${what} (${status}, after ${milliseconds} ms)`;
	if (state === 'delivered')
		return { tone: 'done', tag: 'Received', says: status === null ? '' : `Answer ${status}, after ${milliseconds} ms` };
	if (state === 'failed') return { tone: 'problem', tag: 'Given up', says: answer };
	if (!attempts) return { tone: 'waiting', tag: 'Being sent', says: '' };
	return { tone: 'waiting', tag: 'Trying again', says: `${answer}. Next try: ${sayMoment(nextAttemptAt)}` };
}
