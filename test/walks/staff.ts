import { addDays, localDay } from '#app/domain/period.ts';
import { type PrivilegeCode, requirementOf } from '#app/domain/privilege.ts';
import type { Acting } from './acts.ts';
import { catalogue, type Who, type World } from './home.ts';

/** Found competent by somebody outside, as the first assessor of everything at a site has to be. What is read is not read again. */
export async function comesCompetent(
	world: World,
	acts: Acting,
	who: Who,
	code: PrivilegeCode,
	siteId: string,
): Promise<void> {
	const { progress } = await world.decision({ personId: world.idOf(who), siteId, privilege: code });
	for (const { met, requirement } of progress) {
		if (met) continue;
		if (requirement.kind === 'module') await acts.reads(who, requirement.module);
		if (requirement.kind === 'quiz') await acts.sitsQuiz(who, requirement.quiz, siteId);
		if (requirement.kind === 'declaration') await acts.declares(who, requirement.document);
		if (requirement.kind === 'site-induction') {
			const on = localDay(world.now());
			await acts.records('manager', who, { kind: 'site-induction', site: siteId, on } as never);
		}
	}
	await isAssessedOutside(world, acts, who, code, siteId);
	await acts.signsOff('deputy', { personId: world.idOf(who), siteId, privilege: code });
}

async function isAssessedOutside(world: World, acts: Acting, who: Who, code: PrivilegeCode, siteId: string) {
	if (!requirementOf(catalogue.privileges.get(code)?.body as never, 'observation')) return;
	const awardedOn = addDays(localDay(world.now()), -1);
	const form = { kind: 'outside-assessment', site: siteId, privilege: code, award: 'Assessed elsewhere', awardedOn };
	await acts.records('manager', who, form as never);
}

/** Kept in date, as a home keeps its assessors: what has run out or soon will is assessed outside and signed off again. */
export async function staysCompetent(
	world: World,
	acts: Acting,
	who: Who,
	codes: readonly PrivilegeCode[],
	siteId: string,
): Promise<void> {
	for (const privilege of codes) {
		const { holds, standing, lastDay } = await world.decision({ personId: world.idOf(who), siteId, privilege });
		if (holds && standing === 'competent') continue;
		// Between sign-offs only a spot check comes due.
		const isBetween = (lastDay ?? '') > addDays(localDay(world.now()), 100);
		await (isBetween ? isAssessedOutside : comesCompetent)(world, acts, who, privilege, siteId);
	}
}
