/**
 * What the ids in payloads of evidence point at, by the name of the field. `verify` looks each up; `null` is for an id
 * that is its own beginning or is kept nowhere.
 */
export const payloadReferences: Readonly<Record<string, 'evidence' | 'person' | null>> = {
	assessor: 'person',
	owner: 'person',
	assessorEvidence: 'evidence',
	basis: 'evidence',
	pause: 'evidence',
	signOff: 'evidence',
	round: 'evidence',
	delegation: 'evidence',
	because: 'evidence',
	verifiedBy: 'person',
	confirmedBy: 'person',
	supervisor: 'person',
	delegator: 'person',
	secondCheck: 'person',
	parties: 'person',
	attempt: null,
	incident: null,
};
