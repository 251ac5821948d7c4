import { asProvider, type Database } from '#db/client.server.ts';
import { listProvidersWithDeliveries } from '#db/queries/webhooks.ts';
import { type Parcel, recordAttempt, takeParcels } from '../commands/delivering.ts';
import { deliveriesDue } from '../commands/telling.ts';
import type { Outcome } from '../domain/webhook.ts';
import { log } from '../log.server.ts';
import { beginWork, endFailed } from '../trace.server.ts';
import { sendWebhook } from './send-webhook.ts';

/** At a time, from one process: so many in all, and so many to one endpoint, so that a slow one does not hold up the others. */
const mostAtOnce = 32;
const mostToOne = 4;

const lookEvery = 1000;
const longestGoodbye = 2000;

/** What sending depends on beside the database. */
export interface Sending {
	/** Our own address, which receivers are told to ask at. */
	origin: string;
	/** Whether this very machine may be sent to. */
	loopback: boolean;
	random: () => number;
	/** Hears what has come of each attempt. */
	sent?: (outcome: Outcome) => void;
}

/**
 * Sends what is due of every provider's deliveries. Any number of processes may do so: each delivery is taken by one.
 * `look` comes back when everything it has found is on its way; `settled` when all that has been answered.
 */
export function courier(
	database: Pick<Database, 'db' | 'sealingKey'>,
	{ origin, loopback, random, sent: told }: Sending,
) {
	const underWay = new Map<string, number>();
	const sending = new Set<Promise<void>>();
	let looking: Promise<void> | undefined;
	let again = false;

	function look(): Promise<void> {
		again = true;
		looking ??= lookWhileAsked().finally(() => {
			looking = undefined;
		});
		return looking;
	}

	async function lookWhileAsked(): Promise<void> {
		while (again) {
			again = false;
			try {
				for (const providerId of await listProvidersWithDeliveries(database.db)) await takeFrom(providerId);
			} catch (error) {
				log.error({ err: error }, 'webhooks could not be looked for');
			}
		}
	}

	async function takeFrom(providerId: string): Promise<void> {
		if (sending.size >= mostAtOnce) return;
		const busy = [...underWay.keys()].filter((endpointId) => (underWay.get(endpointId) ?? 0) >= mostToOne);
		const parcels = await asProvider(database.db, providerId, (tx) =>
			takeParcels(tx, providerId, { sealingKey: database.sealingKey, origin, busy, most: mostToOne }),
		);
		for (const parcel of parcels) {
			underWay.set(parcel.endpointId, (underWay.get(parcel.endpointId) ?? 0) + 1);
			const sent = send(providerId, parcel).finally(() => {
				const [toOne, inAll] = [underWay.get(parcel.endpointId) ?? 0, sending.size];
				sending.delete(sent);
				if (toOne > 1) underWay.set(parcel.endpointId, toOne - 1);
				else underWay.delete(parcel.endpointId);
				// Others may have been left where they were for want of a place.
				if (toOne >= mostToOne || inAll >= mostAtOnce) void look();
			});
			sending.add(sent);
		}
	}

	async function send(providerId: string, parcel: Parcel): Promise<void> {
		const span = beginWork('webhook delivery', 'CLIENT');
		try {
			const attempt = await sendWebhook(parcel, { loopback });
			told?.(attempt.outcome);
			span?.setAttributes({ 'countersign.outcome': attempt.outcome, 'countersign.attempt': parcel.attempts + 1 });
			if (attempt.status !== null) span?.setAttribute('http.response.status_code', attempt.status);
			const { off } = await asProvider(database.db, providerId, (tx) =>
				recordAttempt(tx, providerId, parcel, attempt, random()),
			);
			if (off)
				log.warn({ providerId, endpoint: parcel.endpointId, because: off }, 'a webhook endpoint was switched off');
			if (attempt.outcome === 'accepted') span?.end();
			else endFailed(span);
		} catch (error) {
			endFailed(span);
			// Its lease ends, and whoever looks then sends it again.
			log.error({ err: error, providerId, delivery: parcel.id }, 'what came of a webhook was not written down');
		}
	}

	async function settled(): Promise<void> {
		while (looking || sending.size) await Promise.all([looking, ...sending]);
	}

	return { look, settled };
}

/** Sends for as long as the process lives: at once when it is told, and at the latest a second after. */
export function startDelivering(database: Database, sending: Sending): { stop(): Promise<void> } {
	const { look, settled } = courier(database, sending);
	const hearing = database.listen(deliveriesDue, () => void look());
	const timer = setInterval(look, lookEvery).unref();
	void look();
	return {
		stop: async () => {
			clearInterval(timer);
			await hearing.stop();
			// A receiver that is slow to answer holds nobody up: what is left is sent again when its lease is over.
			await Promise.race([settled(), new Promise((resolve) => setTimeout(resolve, longestGoodbye).unref())]);
		},
	};
}
