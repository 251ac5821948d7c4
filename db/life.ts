import type { Fact } from '../app/commands/append.ts';
import type { PrivilegeCode } from '../app/domain/privilege.ts';
import type { Random } from '../app/domain/quiz.ts';
import type { Biographer, By, Member } from './factory.ts';

/** Where in a working life somebody stands. */
export type Stage =
	| 'new'
	| 'learning'
	| 'two-rounds'
	| 'awaiting-sign-off'
	| 'competent'
	| 'due-soon'
	| 'expired'
	| 'paused'
	| 'left';

/** A whole working life up to a stage. */
export function lifeOf(tell: Biographer, random: Random, who: Member, stage: Stage, by: By): Fact[] {
	const days = (least: number, spread: number) => least + Math.floor(random() * spread);
	switch (stage) {
		case 'new':
			return tell.joins(who, days(2, 10));
		case 'learning':
			return [
				...tell.joins(who, 24),
				tell.reads(who, 'role-law-accountability', 15),
				tell.reads(who, 'rights-and-mar', 9),
			];
		case 'two-rounds': {
			const [first = by.signerId, second = first] = by.assessors;
			return [
				...tell.joins(who, 40),
				tell.reads(who, 'role-law-accountability', 30),
				tell.isWatched(who, first, 9, 'morning'),
				tell.isWatched(who, second, 4, 'teatime'),
			];
		}
		case 'awaiting-sign-off':
			return [...tell.joins(who, 80), ...tell.becomesCompetent(who, by, 1).slice(0, -1)];
		case 'competent':
		case 'due-soon':
		case 'expired':
		case 'paused':
		case 'left': {
			const signedOff = stage === 'due-soon' ? days(312, 45) : stage === 'expired' ? 372 : days(25, 270);
			const more: PrivilegeCode[] = ['prompt', 'administer-topical'];
			if (random() < 0.6) more.push('administer-prn');
			if (random() < 0.3) more.push('witness-controlled-drug');
			if (who.role !== 'carer') more.push('administer-controlled-drug');
			return [
				...tell.joins(who, signedOff + 60 + days(5, 300)),
				...tell.becomesCompetent(who, by, signedOff),
				...more.flatMap((code, place) => tell.becomesCompetent(who, by, signedOff - 3 * place - 1, code)),
				...(stage === 'paused' ? [tell.isPaused(who, by.signerId, 3)] : []),
				...(stage === 'left' ? [tell.leaves(who, 30)] : []),
			];
		}
	}
}
