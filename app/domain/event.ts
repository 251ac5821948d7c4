import type { PrivilegeCode } from './privilege.ts';
import type { Standing } from './rules.ts';

/**
 * What other systems hear about. Each of them means: forget what you hold about this person, privilege and site, and ask
 * again. What they say beyond that is for people and for systems that only know roles:
 * granted, there is now a permit, or the one there was ends at another time; due_soon, it ends soon; expired, it has come
 * to its end; paused; restored, there is a permit after a pause; withdrawn, it was taken back, or there is nothing left
 * that it could rest on.
 */
export const competencyEventTypes = [
	'competency.granted',
	'competency.due_soon',
	'competency.expired',
	'competency.paused',
	'competency.restored',
	'competency.withdrawn',
] as const;
export type CompetencyEventType = (typeof competencyEventTypes)[number];
export type EventType = 'evidence.recorded' | CompetencyEventType;

export const eventWords: Record<CompetencyEventType, string> = {
	'competency.granted': 'Somebody may do something, or may do it until another day',
	'competency.due_soon': 'Something is due soon',
	'competency.expired': 'Something has run out',
	'competency.paused': 'Something is paused while it is reviewed',
	'competency.restored': 'A pause has been lifted',
	'competency.withdrawn': 'Something has been taken back',
};

/** Where somebody stands, as far as others need to know. */
export interface Stand {
	permit: boolean;
	standing: Standing;
	permitUntil: Date | null;
}

/**
 * The event that a change is, or null where nobody outside needs to know. A permit that ends with time is `expired`;
 * one that ends by something recorded before its time is `withdrawn`.
 */
export function eventOf(before: Stand | undefined, after: Stand, cause: 'time' | 'record'): CompetencyEventType | null {
	if (after.permit) {
		if (!before?.permit) return before?.standing === 'paused' ? 'competency.restored' : 'competency.granted';
		if (before.permitUntil?.getTime() !== after.permitUntil?.getTime()) return 'competency.granted';
	}
	if (before?.standing !== after.standing) {
		if (after.standing === 'paused') return 'competency.paused';
		// Somebody whose rounds have grown too old for a sign-off is where they were before: nothing has been taken back.
		if (after.standing === 'withdrawn' && before?.standing !== 'ready-for-sign-off') return 'competency.withdrawn';
		if (after.standing === 'due-soon' && before?.standing === 'competent') return 'competency.due_soon';
	}
	const ended = before?.permit ? !after.permit : before !== undefined && mayTogether(before) && !mayTogether(after);
	if (!ended) return null;
	return cause === 'time' || after.standing === 'expired' ? 'competency.expired' : 'competency.withdrawn';
}

/** Whether the gate may still permit: together with somebody else, or where a nurse has delegated it for one person. */
function mayTogether({ permit, standing }: Stand): boolean {
	return permit || standing === 'supervised' || standing === 'competent' || standing === 'due-soon';
}

/** An event as it is kept. */
export interface ToldEvent {
	id: string;
	type: CompetencyEventType;
	personId: string;
	privilege: PrivilegeCode;
	/** The site's name at the gate. */
	site: string;
	statusVersion: number;
	happenedAt: Date;
}

/**
 * What goes out: ids and never names, in the words of the gate, so that a receiver can send subject, action and resource
 * straight back and ask. The version rises with each event of a person: whoever has seen a higher one drops a lower one.
 */
export function messageOf(
	event: Omit<ToldEvent, 'id' | 'personId'>,
	{ subjectId, origin }: { subjectId: string; origin: string },
) {
	return {
		type: event.type,
		timestamp: event.happenedAt.toISOString(),
		data: {
			subject: { type: 'staff', id: subjectId },
			action: { name: event.privilege },
			resource: { type: 'site', id: event.site },
			status_version: event.statusVersion,
			evaluation_url: `${origin}/access/v1/evaluation`,
		},
	};
}
