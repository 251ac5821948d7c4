import type { Evidence } from './evidence.ts';
import type { Requirement } from './privilege.ts';

/** Whether a fact is of the sort that a requirement asks for, met or not: what stands under it on a screen. */
export function bearsOn(fact: Evidence, requirement: Requirement): boolean {
	switch (requirement.kind) {
		case 'module':
			return fact.kind === 'module-completed' && fact.payload.module === requirement.module;
		case 'quiz':
			return fact.kind === 'quiz-marked' && fact.payload.quiz === requirement.quiz;
		case 'declaration':
			return fact.kind === 'declaration' && fact.payload.document === requirement.document;
		case 'award':
			return fact.kind === 'award' && fact.payload.award === requirement.award;
		case 'agency-check':
			return fact.kind === 'award' && fact.payload.award === 'agency-record';
		case 'observation':
			return fact.kind === 'observation' || fact.kind === 'outside-assessment';
		case 'delegation':
			return ['delegation', 'delegation-ended', 'delegation-takeover'].includes(fact.kind);
		case 'site-induction':
		case 'sign-off':
		case 'age-decision':
			return fact.kind === requirement.kind;
		case 'prerequisite':
		case 'role':
			return false;
	}
}
