import type { Decision } from './decision.ts';

/** What other systems, timelines and notices hear about. */
export const eventTypes = [
	'evidence.recorded',
	'competency.granted',
	'competency.restored',
	'competency.paused',
	'competency.withdrawn',
	'competency.ended',
] as const;
export type EventType = (typeof eventTypes)[number];

/** The event that a change of decision is, or null where nobody outside needs to know. */
export function eventOf(
	before: Pick<Decision, 'permit' | 'standing'> | undefined,
	after: Pick<Decision, 'permit' | 'standing'>,
): EventType | null {
	if (before?.standing === after.standing) return null;
	if (after.standing === 'paused') return 'competency.paused';
	if (after.standing === 'withdrawn') return 'competency.withdrawn';
	if (after.permit && !before?.permit)
		return before?.standing === 'paused' ? 'competency.restored' : 'competency.granted';
	return before?.permit && !after.permit ? 'competency.ended' : null;
}
