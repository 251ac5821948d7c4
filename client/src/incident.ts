import { causeOf, objectIn, textIn } from './answer.ts';
import { NoAnswer } from './http.ts';

export const incidentKinds = [
	'missed-dose',
	'wrong-dose',
	'count-discrepancy',
	'record-gap',
	'harm',
	'falsified-record',
	'suspected-diversion',
	'other',
] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** What went wrong, or nearly. Nothing that names the person supported: a manager looks it up in your system. */
export interface Incident {
	kind: IncidentKind;
	site: string;
	happenedAt: Date;
	/** Whom of the staff it is about, called as this client calls people. */
	subject?: string | undefined;
	/** The privilege that it is about. */
	action?: string | undefined;
	/** What your system calls it: letters, digits and hyphens, with a digit. */
	reference?: string | undefined;
	/** A few words, without names or numbers of people. */
	text?: string | undefined;
}

export interface IncidentReceipt {
	id: string;
	receivedAt: Date;
}

/** As `POST /v1/incidents` takes it. */
export function incidentRequestOf({ kind, site, happenedAt, subject, action, reference, text }: Incident) {
	return {
		kind,
		resource: { type: 'site', id: site },
		happened_at: happenedAt.toISOString(),
		...(subject === undefined ? {} : { subject: { type: 'staff', id: subject } }),
		...(action === undefined ? {} : { action: { name: action } }),
		...(reference === undefined ? {} : { reference }),
		...(text === undefined ? {} : { text }),
	};
}

/** Throws NoAnswer where this is no receipt: it may have been received all the same, and can be sent again. */
export function receiptFrom(body: unknown): IncidentReceipt {
	try {
		const { id, received_at } = objectIn(body, 'receipt');
		return { id: textIn(id, 'id'), receivedAt: new Date(textIn(received_at, 'received_at')) };
	} catch (error) {
		throw new NoAnswer(causeOf(error), { unreachable: true });
	}
}
