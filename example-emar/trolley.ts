import type { CountersignEvent, Decision, IncidentKind, Question } from '../client/src/countersign.ts';

/** Whoever is on the shift, by the staff code that this system and Countersign both know. All of them invented. */
export const staff: readonly { code: string; name: string }[] = [
	{ code: 'tomasz.nowak', name: 'Tomasz Nowak' },
	{ code: 'ben.whitfield', name: 'Ben Whitfield' },
	{ code: 'margaret.doyle', name: 'Margaret Doyle' },
	{ code: 'amara.okafor', name: 'Amara Okafor' },
	{ code: 'danny.hughes', name: 'Danny Hughes' },
	{ code: 'leila.haddad', name: 'Leila Haddad' },
];

export const site = 'rose-house';

export interface Dose {
	id: string;
	due: string;
	/** Invented. No name of anybody supported is ever sent to Countersign. */
	person: string;
	room: number;
	medicine: string;
	/** The privilege that giving it needs. */
	action: string;
	controlled?: true;
	timeCritical?: true;
}

export const doses: readonly Dose[] = [
	{
		id: 'co-careldopa',
		due: '14:00',
		person: 'Arthur Pembroke',
		room: 4,
		medicine: 'Co-careldopa 25/100, 1 tablet',
		action: 'administer-time-critical',
		timeCritical: true,
	},
	{
		id: 'paracetamol',
		due: '14:00',
		person: 'Dorothy Lane',
		room: 7,
		medicine: 'Paracetamol 500 mg, 2 tablets',
		action: 'administer-oral',
	},
	{
		id: 'amoxicillin',
		due: '14:00',
		person: 'Sheila Marsh',
		room: 9,
		medicine: 'Amoxicillin 500 mg, 1 capsule',
		action: 'administer-oral',
	},
	{
		id: 'morphine',
		due: '14:15',
		person: 'Winifred Cole',
		room: 11,
		medicine: 'Morphine oral solution, 2.5 ml',
		action: 'administer-controlled-drug',
		controlled: true,
	},
	{
		id: 'eye-drops',
		due: '14:30',
		person: 'George Tully',
		room: 12,
		medicine: 'Hypromellose eye drops, 1 in each eye',
		action: 'administer-eye-ear-nose',
	},
];

/** Whether Countersign is there, and lets this system ask. */
export type Network = 'there' | 'gone' | 'refused';

export const actionWords: Readonly<Record<string, string>> = {
	'administer-oral': 'medicines by mouth',
	'administer-time-critical': 'time-critical medicines',
	'administer-controlled-drug': 'controlled drugs',
	'administer-eye-ear-nose': 'eye, ear and nose medicines',
	'witness-controlled-drug': 'witnessing controlled drugs',
};

/** One try at signing a dose: given, or refused and why. */
export interface Attempt {
	id: string;
	dose: Dose;
	who: string;
	beside: string | undefined;
	at: Date;
	question: Question;
	decision: Decision;
	/** Of a no: who on the shift could be asked instead, or could witness. */
	others: readonly string[];
	/** Of what was signed without the gate: what the gate says of it now. */
	askedAgain?: { at: Date; decision: Decision };
	/** Somebody has told the manager of what should not have been signed. */
	told?: true;
}

export const incidentWords: Readonly<Record<IncidentKind, string>> = {
	'missed-dose': 'A dose was missed',
	'wrong-dose': 'A wrong dose was given',
	'count-discrepancy': 'The count does not agree',
	'record-gap': 'Something is not written down',
	harm: 'Somebody was harmed',
	'falsified-record': 'A record seems to be false',
	'suspected-diversion': 'Medicines may have been taken away',
	other: 'Something else',
};

/** A problem that somebody has reported. It has one key for ever, so that sending it twice reports it once. */
export interface Report {
	key: string;
	dose: Dose;
	kind: IncidentKind;
	/** Whom it is about, if anybody has tried to give the dose. */
	about: string | undefined;
	at: Date;
	state: 'waiting' | 'received' | 'refused';
}

export interface Heard {
	at: Date;
	event: CountersignEvent;
}

const mostHeard = 20;
const mostAttempts = 200;

/** A round's own record. It is in memory, and gone when this program ends: it is an example. */
export function openRound() {
	let attempts: Attempt[] = [];
	/** Of rounds before this one, what was not settled when they ended. */
	let earlier: Attempt[] = [];
	let heard: Heard[] = [];
	let reports: Report[] = [];
	const versions = new Map<string, number>();
	const change = (id: string, to: Partial<Attempt>) => {
		const changed = (each: Attempt) => (each.id === id ? { ...each, ...to } : each);
		[attempts, earlier] = [attempts.map(changed), earlier.map(changed)];
	};
	const all = () => [...attempts, ...earlier];
	return {
		/** Newest first. */
		attempts: (): readonly Attempt[] => attempts,
		heard: (): readonly Heard[] => heard,
		lastOf: (dose: Dose): Attempt | undefined => attempts.find((each) => each.dose.id === dose.id),
		write(attempt: Attempt): void {
			attempts = [attempt, ...attempts].slice(0, mostAttempts);
		},
		/** What was signed without the gate, and not yet asked about since; the oldest first. */
		unconfirmed: (): readonly Attempt[] => all().filter(isUnconfirmed).reverse(),
		confirm({ id }: Attempt, askedAgain: NonNullable<Attempt['askedAgain']>): void {
			change(id, { askedAgain });
		},
		/** What should not have been signed, and nobody has told the manager of; the newest first. */
		forManager: (): readonly Attempt[] => all().filter(isForManager),
		tellManager(id: string): void {
			change(id, { told: true });
		},
		reports: (): readonly Report[] => reports,
		/** Whether something still waits to be sent or to be asked about. */
		isBehind(): boolean {
			return reports.some((each) => each.state === 'waiting') || this.unconfirmed().length > 0;
		},
		/** Takes a report, or takes down what has become of it. What was received stays so, whatever a second try comes to. */
		report(report: Report): void {
			if (reports.some((each) => each.key === report.key && each.state === 'received')) return;
			reports = [report, ...reports.filter((each) => each.key !== report.key)].slice(0, mostAttempts);
		},
		/** Whether it is news: a delivery may come twice, or after a later one. */
		hear(event: CountersignEvent, at: Date): boolean {
			if (heard.some((each) => each.event.id === event.id)) return false;
			const { subject, action, statusVersion } = event.about ?? {};
			if (subject !== undefined && statusVersion !== undefined) {
				// One pause may end several things: each comes by itself, in any order.
				const what = `${subject} ${action}`;
				if (statusVersion < (versions.get(what) ?? 0)) return false;
				versions.set(what, statusVersion);
			}
			heard = [{ at, event }, ...heard].slice(0, mostHeard);
			return true;
		},
		startAgain(): void {
			earlier = all()
				.filter((each) => isUnconfirmed(each) || isForManager(each))
				.slice(0, mostAttempts);
			attempts = [];
			reports = reports.filter((each) => each.state === 'waiting');
		},
	};
}

/** Signed without the gate, and not asked about since. */
function isUnconfirmed({ decision, askedAgain }: Attempt): boolean {
	return decision.decision && decision.why !== 'gate' && !askedAgain;
}

function isForManager({ askedAgain, told }: Attempt): boolean {
	return askedAgain?.decision.decision === false && !told;
}

export type Round = ReturnType<typeof openRound>;

export function nameOf(code: string): string {
	return staff.find((each) => each.code === code)?.name ?? code;
}
