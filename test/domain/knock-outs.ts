import { criteriaOf } from '../../app/domain/checklist.ts';
import type { Evidence, EvidenceKind, Payload } from '../../app/domain/evidence.ts';
import type { Policy } from '../../app/domain/policy.ts';
import { type Privilege, roles } from '../../app/domain/privilege.ts';
import type { Rules } from '../../app/domain/rules.ts';
import type { Asking } from './lives.ts';

/**
 * What a sentence of the rule looks at, taken out of a life: where the answer is then another, the sentence was what
 * decided. A sentence that no life needs would be compared with nothing.
 */
type KnockOut = (asking: Asking) => Asking;

function facts(change: (fact: Evidence, asking: Asking) => Evidence | null): KnockOut {
	return (asking) => {
		const evidence = asking.evidence.flatMap((fact) => change(fact, asking) ?? []);
		const same =
			evidence.length === asking.evidence.length && evidence.every((fact, at) => fact === asking.evidence[at]);
		return same ? asking : { ...asking, evidence };
	};
}

function without(...kinds: EvidenceKind[]): KnockOut {
	return facts((fact) => (kinds.includes(fact.kind) ? null : fact));
}

/** Facts of a kind with other payloads. */
function payloads<K extends EvidenceKind>(
	kind: K,
	change: (payload: Payload<K>, fact: Evidence) => object | null,
): KnockOut {
	return facts((fact) => {
		if (fact.kind !== kind) return fact;
		const payload = change(fact.payload as Payload<K>, fact);
		return payload === null ? fact : ({ ...fact, payload } as Evidence);
	});
}

function rules(change: (rules: Rules) => Rules): KnockOut {
	return (asking) => ({ ...asking, rules: change(asking.rules) });
}

function policy(change: (policy: Policy) => Policy): KnockOut {
	return rules((given) => {
		const { earlier } = given;
		const changed = { ...given, policy: change(given.policy) };
		if (!earlier) return changed;
		const get = (version: string) => {
			const found = earlier.policies.get(version);
			return found && change(found);
		};
		return { ...changed, earlier: { ...earlier, policies: { get } } };
	});
}

function forms(change: (line: object) => object): KnockOut {
	return rules((given) => {
		const { earlier } = given;
		const of = <F extends Parameters<typeof criteriaOf>[0] | undefined>(form: F): F =>
			form && ({ ...form, sections: [{ title: 'all', criteria: criteriaOf(form).map(change) }] } as F);
		const checklists = new Map([...given.checklists].map(([slug, form]) => [slug, of(form)]));
		if (!earlier) return { ...given, checklists };
		return {
			...given,
			checklists,
			earlier: { ...earlier, checklists: { get: (id) => of(earlier.checklists.get(id)) } },
		};
	});
}

function privileges(change: (entry: Privilege) => Privilege): KnockOut {
	return rules((given) => ({
		...given,
		privileges: new Map([...given.privileges].map(([code, entry]) => [code, change(entry)])),
	}));
}

const { stringify } = JSON;
const dropping = (payload: object, name: string) =>
	name in payload ? Object.fromEntries(Object.entries(payload).filter(([each]) => each !== name)) : null;

export const knockOuts: Record<string, KnockOut> = {
	'what counts 4: the end of the shift': policy((given) => ({ ...given, endOfShift: null })),
	'what counts 5: when a round began': payloads('observation', (payload, { observedAt }) =>
		payload.startedAt === observedAt.toISOString() ? null : { ...payload, startedAt: observedAt.toISOString() },
	),
	'what counts 5: when a quiz was opened': payloads('quiz-marked', (payload) => dropping(payload, 'startedAt')),
	'beside a colleague': without('supervision'),
	'stops, at any depth': facts((fact, { question }) =>
		fact.kind === 'pause' && fact.privilege !== null && fact.privilege !== question.privilege ? null : fact,
	),
	overrides: without('override'),
	'overrides: a stranger to the task': policy((given) => ({
		...given,
		override: {
			...given.override,
			untrained: ['administer-oral', 'administer-rescue', 'administer-inhaled', 'administer-prn'],
		},
	})),
	'giving alone': without('lone-giving'),
	'quiz: the pass mark of this site': policy((given) => ({ ...given, quiz: { ...given.quiz, passMark: 50 } })),
	'quiz: not too old': policy((given) => ({ ...given, quiz: { ...given.quiz, maximumAge: 'P99Y' } })),
	'quiz: after the earlier sign-off': policy((given) => ({ ...given, renewal: { ...given.renewal, quiz: false } })),
	'age: by any spell': facts((fact, { question }) =>
		fact.kind === 'employment-started' && fact.siteId !== question.siteId
			? ({ ...fact, payload: dropping(fact.payload, 'adultOn') ?? fact.payload } as Evidence)
			: fact,
	),
	'age: a decision': without('age-decision'),
	'outside assessment': without('outside-assessment'),
	'outside assessment: the day it was assessed on': payloads('outside-assessment', (payload, { observedAt }) => {
		const assessedOn = observedAt.toISOString().slice(0, 10);
		return payload.assessedOn === assessedOn ? null : { ...payload, assessedOn };
	}),
	'rounds: a withdrawal anywhere': facts((fact, { question }) =>
		fact.kind === 'withdrawal' && fact.siteId !== null && fact.siteId !== question.siteId ? null : fact,
	),
	'rounds: marked as not counted': payloads('observation', (payload) => dropping(payload, 'notCounted')),
	'rounds: people and doses in each': payloads('observation', (payload) =>
		payload.counts.people > 0 ? null : { ...payload, counts: { people: 8, doses: 20, refusals: 0 } },
	),
	'rounds: signed late': policy((given) => ({ ...given, observation: { ...given.observation, lateCounts: true } })),
	'rounds: people and doses over all': payloads('observation', ({ counts, ...payload }) => ({
		...payload,
		counts: { ...counts, people: counts.people * 9, doses: counts.doses * 9 },
	})),
	'rounds: nights only': payloads('employment-started', (payload) => dropping(payload, 'nights')),
	'lines: critical': forms((line) => ({ ...line, critical: false })),
	'lines: met by': forms((line) => ({ ...line, metBy: 'simulated' })),
	'lines: covered': forms((line) => dropping(line, 'covers') ?? line),
	'lines: a No': payloads('observation', (payload) => {
		if (!payload.passed || !stringify(payload.results).includes('"no"')) return null;
		return { ...payload, results: JSON.parse(stringify(payload.results).replaceAll('"no"', '"yes"')) };
	}),
	'lines: not seen': payloads('observation', (payload) => {
		if (!payload.passed || !stringify(payload.results).includes('not-seen')) return null;
		return { ...payload, results: JSON.parse(stringify(payload.results).replaceAll('not-seen', 'yes')) };
	}),
	'lines: the form of their own version': facts((fact) =>
		fact.kind === 'observation' && fact.contentVersionId !== null ? { ...fact, contentVersionId: null } : fact,
	),
	'conditions 1: content': rules((given) => ({ ...given, changes: [] })),
	'conditions 2: a document': policy((given) => ({ ...given, documents: { 'medicines-policy': 1 } })),
	'conditions 3: an absence': without('absence'),
	'conditions 3: a gap between spells in a role': privileges((entry) => ({ ...entry, for: [...roles] })),
	'conditions 4: a lifted pause': payloads('pause-lifted', (payload) => dropping(payload, 'asks')),
	'conditions 4: a party to it': payloads('pause', (payload) =>
		payload.parties?.length ? { ...payload, parties: [] } : null,
	),
	'conditions 5: a failed round': facts((fact) => (fact.kind === 'observation' && !fact.payload.passed ? null : fact)),
	'conditions 5: how it failed': payloads('observation', (payload) =>
		payload.passed ? null : { ...payload, criticalMissed: [], stoppedForSafety: false },
	),
	'conditions 5: time after other misses': policy((given) => ({
		...given,
		observation: { ...given.observation, afterMisses: 'P28D' },
	})),
	'conditions 6: a spot check': rules((given) => ({
		...given,
		policy: {
			...given.policy,
			privileges: Object.fromEntries(
				Object.entries(given.policy.privileges).map(([code, own]) => [code, dropping(own, 'spotCheck') ?? own]),
			),
		},
		privileges: new Map([...given.privileges].map(([code, { spotCheck, ...entry }]) => [code, entry])),
	})),
	'when policy changes': rules(({ settling, ...given }) => given),
	'delegation: taken over': without('delegation-takeover'),
	'delegation: ended': without('delegation-ended'),
	'delegation: a nurse gives in her own right': facts((fact) =>
		fact.kind === 'award' && fact.payload.award === 'nmc-registration' ? null : fact,
	),
	'sound: what was corrected': without('retraction'),
};
