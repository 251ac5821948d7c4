import type { Checklist, Criterion } from '../../app/domain/checklist.ts';
import type { ChangeAsks } from '../../app/domain/content.ts';
import type { contracts, Evidence, EvidenceKind, EvidenceOf, Payload } from '../../app/domain/evidence.ts';
import { instantOf, localDay } from '../../app/domain/period.ts';
import { type Policy, type PolicyBody, timeOfDay } from '../../app/domain/policy.ts';
import type { Privilege, PrivilegeCode, Requirement, Role } from '../../app/domain/privilege.ts';
import type { Rules } from '../../app/domain/rules.ts';
import type { Answer, NotCountedReason, PauseReason } from '../../app/domain/words.ts';

/** Small hand-made rules and facts for the tests of the domain. Nothing here reads content/ or a database. */
export const roseHouse = 'site-rose-house';
export const elmCourt = 'site-elm-court';

/** A moment: local time as `2026-02-20 15:30`, or an exact instant when it ends in Z. */
export function moment(text: string): Date {
	if (text.endsWith('Z')) return new Date(text);
	const [day = '', time = '12:00'] = text.split(' ');
	return instantOf(day, time);
}

export function policyWith(changes: { [K in keyof PolicyBody]?: Partial<PolicyBody[K]> } = {}): Policy {
	const body: PolicyBody = {
		quiz: { passMark: 80, waits: ['PT0S', 'PT1H', 'PT24H'], maximumAge: 'P99Y' },
		observation: {
			passes: 3,
			distinctDates: 3,
			timesOfDay: 2,
			assessors: 1,
			consecutive: true,
			missesAllowed: 2,
			maximumAge: 'P6M',
			lateCounts: true,
			afterMisses: 'P7D',
		},
		timesOfDay: { morning: '06:00', lunch: '11:00', teatime: '14:00', bedtime: '18:00', night: '22:00' },
		dueSoon: 'P60D',
		maximumAge: 'PT60S',
		renewal: { passes: 3, quiz: false, lateBy: 'P0D' },
		grace: 'P0D',
		endOfShift: null,
		absence: { longest: 'P90D', asks: 'nothing' },
		newSite: { passes: 3 },
		agency: { passes: 1, validity: 'P30D' },
		witness: true,
		supervisorMayWitness: true,
		takeover: 'P14D',
		documents: {},
		pause: { review: 'P14D', longest: 'P84D', lifting: {}, onReport: {} },
		override: { longest: 'PT12H', perYear: 3, untrained: [] },
		retention: 'P6Y',
		offline: 'PT12H',
		lateEntry: 'PT24H',
		privileges: {},
	};
	return {
		...body,
		...changes,
		quiz: { ...body.quiz, ...changes.quiz },
		observation: { ...body.observation, ...changes.observation },
		timesOfDay: { ...body.timesOfDay, ...changes.timesOfDay },
		pause: { ...body.pause, ...changes.pause },
		renewal: { ...body.renewal, ...changes.renewal },
		absence: { ...body.absence, ...changes.absence },
		agency: { ...body.agency, ...changes.agency },
		override: { ...body.override, ...changes.override },
		version: 'test-1',
	} as Policy;
}

export function privilegeOf(code: PrivilegeCode, requirements: Requirement[], forRoles: Role[] = ['carer']): Privilege {
	return {
		code,
		title: code,
		permits: code,
		for: forRoles,
		validity: 'P12M',
		provenance: {
			version: 1,
			owner: 'test',
			reviewBy: '2099-01-01',
			clinicalReview: 'awaiting',
			sources: [{ title: 'test' }],
		},
		requirements,
	};
}

const signedOffByManager: Requirement = { kind: 'sign-off', by: ['manager'] };

/** Oral medicines ask for a module, a quiz, rounds and a sign-off; assessing rests on them; prompting asks for one module. */
export const oral = privilegeOf('administer-oral', [
	{ kind: 'module', module: 'by-mouth', version: 2 },
	{ kind: 'quiz', quiz: 'by-mouth', draw: [{ module: 'by-mouth', questions: 2, critical: 1 }] },
	{ kind: 'observation', checklist: 'oral-round' },
	signedOffByManager,
]);
export const assess = privilegeOf(
	'assess',
	[{ kind: 'prerequisite', privilege: 'administer-oral' }, signedOffByManager],
	['senior'],
);
export const prompt = privilegeOf('prompt', [{ kind: 'module', module: 'by-mouth', version: 1 }, signedOffByManager]);

/** Three lines, of which none is critical: what a round of these tests shows. */
export const oralRound: Checklist = {
	slug: 'oral-round',
	title: 'oral round',
	provenance: oral.provenance,
	sections: [
		{
			title: 'all',
			criteria: ['sees-it-swallowed', 'keeps-keys', 'washes-hands'].map((id) => ({
				id,
				text: id,
				critical: false,
				mayNotApply: false,
			})),
		},
	],
};

/** A form of these lines; a line is plain and must apply unless it says so. */
export function checklistOf(
	lines: Record<string, Partial<Omit<Criterion, 'id' | 'text'>>>,
	more: { slug?: string; counts?: boolean } = {},
): Checklist {
	const criteria = Object.entries(lines).map(([id, line]) => ({
		id,
		text: id,
		critical: false,
		mayNotApply: false,
		...line,
	}));
	return { ...oralRound, ...more, sections: [{ title: 'all', criteria }] };
}

export function rulesWith(policy: Policy = policyWith(), privileges: Privilege[] = [oral, assess, prompt]): Rules {
	const checklists = new Map([[oralRound.slug, oralRound]]);
	return { policy, privileges: new Map(privileges.map((each) => [each.code, each])), changes: [], checklists };
}

/** A fact without its place in the order: `history` gives it one. */
export type Draft = Omit<Evidence, 'seq'>;

interface Given {
	id?: string;
	/** When we knew; the moment it happened when left out. */
	known?: string;
	site?: string | null;
	privilege?: PrivilegeCode | null;
	/** The id of the fact that this one takes the place of. */
	instead?: string;
	/** The version of the form or of the privilege that it was made on. */
	version?: string;
}

let count = 0;

function draft<K extends EvidenceKind>(kind: K, when: string, payload: Payload<K>, given: Given): Draft {
	count += 1;
	const made: Omit<EvidenceOf<K>, 'seq'> = {
		id: given.id ?? `${kind} ${count}`,
		kind,
		personId: 'amara',
		privilege: given.privilege ?? null,
		siteId: given.site === undefined ? roseHouse : given.site,
		observedAt: moment(when),
		recordedAt: moment(given.known ?? when),
		recordedBy: 'grace',
		contentVersionId: given.version ?? null,
		supersedes: given.instead ?? null,
		payload,
	};
	return made as Draft;
}

export const starts = (
	when: string,
	given: Given & { role?: Role; contract?: (typeof contracts)[number]; adultOn?: string; nights?: true } = {},
) => {
	const { role = 'carer', contract = 'permanent', adultOn, nights } = given;
	const payload = { role, contract, ...(adultOn ? { adultOn } : {}), ...(nights ? { nights } : {}) };
	return draft('employment-started', when, payload, given);
};

export const leaves = (when: string, lastDay: string, given: Given = {}) =>
	draft('employment-ended', when, { lastDay }, given);

export const reads = (
	when: string,
	{ module = 'by-mouth', version = 2, ...given }: Omit<Given, 'version'> & { version?: number; module?: string } = {},
) => draft('module-completed', when, { module, version }, { site: null, ...given });

export const sitsQuiz = (
	when: string,
	passed = true,
	given: Given & { quiz?: string; score?: number; opened?: string } = {},
) =>
	draft(
		'quiz-marked',
		when,
		{
			quiz: given.quiz ?? 'by-mouth',
			attempt: 'attempt',
			score: given.score ?? (passed ? 90 : 40),
			...(given.opened ? { startedAt: moment(given.opened).toISOString() } : {}),
			passMark: 80,
			criticalMissed: [],
			passed,
		},
		{ site: null, ...given },
	);

/** An observed round; its time of day is worked out from when it was. */
export function round(
	when: string,
	given: Given & {
		by?: string;
		passed?: boolean;
		results?: Record<string, Answer>;
		checklist?: string;
		variant?: string;
		simulated?: boolean;
		/** The critical lines it missed, where it was not passed; one, unless it says so. */
		criticalMissed?: string[];
		stopped?: boolean;
		counts?: { people?: number; doses?: number };
		/** When it was opened, and when the assessor signed it: the moment it was made when left out. */
		opened?: string;
		signed?: string;
		notCounted?: NotCountedReason;
	} = {},
): Draft {
	const passed = given.passed ?? true;
	const at = moment(when).toISOString();
	const missed = given.criticalMissed ?? (passed || given.stopped ? [] : ['sees-it-swallowed']);
	return draft(
		'observation',
		when,
		{
			checklist: given.checklist ?? 'oral-round',
			assessor: given.by ?? 'ben',
			assessorEvidence: [],
			startedAt: given.opened ? moment(given.opened).toISOString() : at,
			timeOfDay: timeOfDay(policyWith(), moment(when)),
			...(given.variant ? { variant: given.variant } : {}),
			...(given.simulated ? { simulated: true } : {}),
			counts: { people: 8, doses: 20, refusals: 0, ...given.counts },
			results: given.results ?? {
				'sees-it-swallowed': passed ? 'yes' : 'no',
				'keeps-keys': 'yes',
				'washes-hands': 'yes',
			},
			criticalMissed: missed,
			missed,
			stoppedForSafety: given.stopped ?? false,
			passed,
			assessorSignedAt: given.signed ? moment(given.signed).toISOString() : at,
			learnerSignedAt: at,
			...(given.notCounted ? { notCounted: given.notCounted } : {}),
		},
		{ privilege: 'administer-oral', ...given },
	);
}

export const signsOff = (
	when: string,
	lastDay: string,
	given: Given & { policy?: string; basis?: string[]; anniversary?: number } = {},
) =>
	draft(
		'sign-off',
		when,
		{
			lastDay,
			policy: given.policy ?? 'test-1',
			basis: given.basis ?? [],
			...(given.anniversary ? { anniversary: given.anniversary } : {}),
		},
		{ privilege: 'administer-oral', ...given },
	);

export const withdraws = (when: string, given: Given = {}) =>
	draft('withdrawal', when, {}, { privilege: 'administer-oral', ...given });

export const pauses = (when: string, given: Given & { reason?: PauseReason; parties?: string[] } = {}) =>
	draft(
		'pause',
		when,
		{
			reason: given.reason ?? 'incident-review',
			reviewOn: localDay(moment(when)),
			owner: 'grace',
			...(given.parties ? { parties: given.parties } : {}),
		},
		{ privilege: 'administer-oral', ...given },
	);

export const lifts = (when: string, pause: string, given: Given & { asks?: ChangeAsks; parties?: string[] } = {}) =>
	draft(
		'pause-lifted',
		when,
		{ pause, ...(given.asks ? { asks: given.asks } : {}), ...(given.parties ? { parties: given.parties } : {}) },
		{ privilege: 'administer-oral', ...given },
	);

export const acknowledges = (
	when: string,
	version: number,
	given: Given & { content?: Payload<'acknowledgement'>['content']; slug?: string } = {},
) =>
	draft(
		'acknowledgement',
		when,
		{ content: given.content ?? 'module', slug: given.slug ?? 'by-mouth', version },
		{ site: null, ...given },
	);

export const declares = (when: string, version: number, given: Given & { document?: string } = {}) =>
	draft('declaration', when, { document: given.document ?? 'medicines-policy', version }, { site: null, ...given });

export const shownRound = (when: string, given: Given = {}) => draft('site-induction', when, {}, given);

export const assessedOutside = (when: string, given: Given & { on?: string } = {}) =>
	draft(
		'outside-assessment',
		when,
		{ qualification: 'nurse-register', assessedOn: given.on ?? localDay(moment(when)), verifiedBy: 'grace' },
		{ privilege: 'administer-oral', ...given },
	);

export const awarded = (when: string, expiresOn: string | null, given: Given & { award?: string } = {}) =>
	draft(
		'award',
		when,
		{ award: given.award ?? 'level-3', awardedOn: localDay(moment(when)), expiresOn, verifiedBy: 'grace' },
		{ site: null, ...given },
	);

export const decidesAge = (when: string, may: boolean, given: Given = {}) =>
	draft('age-decision', when, { may }, given);

export const supervised = (when: string, given: Given = {}) =>
	draft('supervision', when, { supervisor: 'ben' }, { privilege: 'administer-oral', ...given });

export const delegates = (when: string, reviewOn: string, given: Given & { person?: string } = {}) =>
	draft(
		'delegation',
		when,
		{ person: given.person ?? 'R-17', delegator: 'nuala', registration: '12A3456B', reviewOn },
		{ privilege: 'administer-insulin', ...given },
	);

export const endsDelegation = (when: string, delegation: string, given: Given = {}) =>
	draft('delegation-ended', when, { delegation }, { privilege: 'administer-insulin', ...given });

export const takenOver = (when: string, delegation: string, by: string, given: Given = {}) =>
	draft('delegation-takeover', when, { delegation, by }, { privilege: 'administer-insulin', ...given });

export const away = (when: string, from: string, back: string | null, given: Given = {}) =>
	draft('absence', when, { from, back }, { site: null, ...given });

export const allowsOnCall = (when: string, until: string, given: Given = {}) =>
	draft(
		'override',
		when,
		{ until: moment(until).toISOString(), note: '0'.repeat(64) },
		{ privilege: 'administer-oral', ...given },
	);

export const allowsAlone = (when: string, until: string, given: Given = {}) =>
	draft(
		'lone-giving',
		when,
		{ until: moment(until).toISOString(), secondCheck: 'uche', note: '0'.repeat(64) },
		{ privilege: 'administer-oral', ...given },
	);

export const upholds = (when: string, signOff: string, round: string, given: Given = {}) =>
	draft('sign-off-upheld', when, { signOff, round, note: '0'.repeat(64) }, { privilege: 'administer-oral', ...given });

/** Takes a fact back: entered in error. */
export const retracts = (when: string, instead: string, given: Given = {}) =>
	draft('retraction', when, { note: '0'.repeat(64) }, { privilege: 'administer-oral', ...given, instead });

/** Drafts in the order in which they were recorded. */
export function history(...drafts: (Draft | Draft[])[]): Evidence[] {
	return drafts.flat().map((each, index) => ({ ...each, seq: index + 1 }) as Evidence);
}

/** Everything Amara did up to being signed off at Rose House on 20 February 2026, in the order she did it. */
export const working = [starts('2026-01-05 09:00')];
export const learned = [...working, reads('2026-01-12 10:30'), sitsQuiz('2026-01-13 11:15')];
export const threeRounds = [
	round('2026-02-02 08:10', { id: 'round-1' }),
	round('2026-02-09 17:05', { id: 'round-2', by: 'tomasz' }),
	round('2026-02-16 08:10', { id: 'round-3' }),
];
export const watched = [...learned, ...threeRounds];
export const firstSignOff = signsOff('2026-02-20 15:30', '2027-02-20', {
	id: 'sign-off-1',
	basis: ['round-1', 'round-2', 'round-3'],
});
export const competent = [...watched, firstSignOff];
