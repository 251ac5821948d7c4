import { type Evidence, pauseReasonWords } from './evidence.ts';
import { exactMilliseconds, sayDay, sayMoment } from './period.ts';
import type { Policy } from './policy.ts';
import { readable, type Titles } from './requirement-words.ts';

/** What a row of evidence says beyond its kind, in a few words without names. */
export function detailOf(fact: Evidence, titles: Titles): string {
	switch (fact.kind) {
		case 'employment-started':
			return `${readable(fact.payload.role)}, ${fact.payload.contract}`;
		case 'employment-ended':
			return `last day ${sayDay(fact.payload.lastDay)}`;
		case 'module-completed':
			return titles.module(fact.payload.module);
		case 'acknowledgement':
			return `${readable(fact.payload.slug)}, version ${fact.payload.version}`;
		case 'declaration':
			return `${readable(fact.payload.document)}, version ${fact.payload.version}`;
		case 'quiz-marked':
			return `${fact.payload.score}%, ${fact.payload.passed ? 'passed' : 'not passed'}`;
		case 'observation': {
			const { timeOfDay, variant, simulated, passed, notCounted, assessorLapsed } = fact.payload;
			const { stoppedForSafety, criticalMissed } = fact.payload;
			const parts = [timeOfDay, variant && readable(variant), simulated && 'simulated'];
			const unsafe = stoppedForSafety ? 'stopped for safety' : criticalMissed.length > 0 && 'a critical line missed';
			const worth = passed ? ['passed', notCounted && 'kept without counting'] : ['not passed', unsafe];
			return [...parts, ...worth, assessorLapsed && 'assessor lapsed before signing'].filter(Boolean).join(', ');
		}
		case 'outside-assessment':
			return `${readable(fact.payload.qualification)}, ${sayDay(fact.payload.assessedOn)}`;
		case 'award': {
			const { award, awardedOn, expiresOn } = fact.payload;
			return `${readable(award)}, ${sayDay(awardedOn)}${expiresOn ? `, good to ${sayDay(expiresOn)}` : ''}`;
		}
		case 'age-decision':
			return `${fact.payload.may ? 'may' : 'may not yet'}${fact.privilege ? '' : ', everything'}`;
		case 'delegation':
			return `for ${fact.payload.person}, review by ${sayDay(fact.payload.reviewOn)}`;
		case 'absence':
			return `from ${sayDay(fact.payload.from)}${fact.payload.back ? `, back ${sayDay(fact.payload.back)}` : ''}`;
		case 'sign-off':
			return `to ${sayDay(fact.payload.lastDay)}`;
		case 'pause':
			return [
				pauseReasonWords[fact.payload.reason],
				fact.privilege ? '' : 'everything',
				fact.siteId ? '' : 'at every site',
				`review by ${sayDay(fact.payload.reviewOn)}`,
			]
				.filter(Boolean)
				.join(', ');
		case 'withdrawal':
			return fact.siteId ? '' : 'at every site';
		case 'pause-lifted':
			return fact.payload.asks && fact.payload.asks !== 'nothing' ? `asks for: ${fact.payload.asks}` : '';
		case 'override':
			return `until ${sayMoment(new Date(fact.payload.until))}`;
		case 'lone-giving':
			return `until ${sayMoment(new Date(fact.payload.until))}`;
		case 'delegation-takeover':
			return `by ${sayDay(fact.payload.by)}`;
		case 'site-induction':
		case 'supervision':
		case 'delegation-ended':
		case 'sign-off-upheld':
		case 'retraction':
			return '';
	}
}

/** Whether a fact was recorded later after it happened than policy allows for: it is then marked so wherever it shows. */
export function isLate(fact: Pick<Evidence, 'observedAt' | 'recordedAt'>, policy: Pick<Policy, 'lateEntry'>): boolean {
	return fact.recordedAt.getTime() - fact.observedAt.getTime() > exactMilliseconds(policy.lateEntry);
}
