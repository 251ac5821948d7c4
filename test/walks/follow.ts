import { expect } from 'vitest';
import { liftPause } from '#app/commands/authorising.ts';
import { askedNow } from '#app/domain/asked.ts';
import type { Decision } from '#app/domain/decision.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import type { ReasonCode } from '#app/domain/reason.ts';
import type { Recheck } from '#app/domain/recheck.ts';
import type { Acting } from './acts.ts';
import { type Cell, catalogue, type Who, type World } from './home.ts';

/** Who helps somebody on. */
export interface Helpers {
	watcher: Who;
	signer: Who;
	/** Who lifts a pause. */
	lifter: Who;
	/** Who delegates, for what is delegated. */
	nurse: Who;
}

/** The person supported, for what is delegated. */
export const supported = 'R-17';

const times = ['08:10', '12:20', '17:05', '20:40'];
const mostSteps = 60;

/**
 * Takes the next step of every denial until there is a permit, as the people would whose step it is. Each step must be
 * possible and lead on; at each, what is stored must be what the rule says. Returns the codes gone through.
 */
export async function follow(
	world: World,
	acts: Acting,
	who: Who,
	where: Omit<Cell, 'personId'>,
	helpersOf: (code: PrivilegeCode) => Helpers,
): Promise<ReasonCode[]> {
	const cell = { personId: world.idOf(who), ...where };
	const helpers = helpersOf(cell.privilege);
	const codes: ReasonCode[] = [];
	const entry = catalogue.privileges.get(cell.privilege)?.body;
	const delegated = entry?.requirements.some((each) => each.kind === 'delegation') ?? false;
	for (let taken = 0; taken < mostSteps; taken += 1) {
		const decision = await world.decision(cell);
		const stored = await world.stored(cell);
		const { code, permit, standing } = decision;
		expect(stored, `${cell.privilege}: stored beside decided`).toEqual({ code, permit, standing });
		codes.push(code);
		if (permit) return codes;
		if (delegated && code.startsWith('delegation_')) {
			const asked = await world.decision(cell, supported);
			if (asked.permit) return codes;
			await acts.delegates(helpers.nurse, cell, supported);
			continue;
		}
		await takeStep(decision);
	}
	throw new Error(`${cell.privilege}: no permit after ${mostSteps} steps: ${codes.join(', ')}`);

	async function takeStep(decision: Decision): Promise<void> {
		if (decision.code === 'paused_review') {
			const lifter = await world.authoriser(helpers.lifter);
			const lifted = await world.inHome((tx) => liftPause(tx, lifter, catalogue, cell, { note: 'looked into' }));
			if (!lifted.ok) throw new Error(`lifting: ${lifted.why}`);
			return;
		}
		const { progress, rechecks } = askedNow(decision, world.now());
		const unmet = progress.find(
			({ met, requirement: { kind } }) => !met && kind !== 'sign-off' && kind !== 'delegation',
		);
		if (unmet) return meet(unmet.requirement, decision);
		const [asked] = rechecks;
		if (asked) return settle(asked);
		await acts.signsOff(helpers.signer, cell).catch((error) => {
			throw new Error(`${error.message}, after ${codes.join(', ')}`);
		});
	}

	async function meet(requirement: Decision['progress'][number]['requirement'], decision: Decision): Promise<void> {
		switch (requirement.kind) {
			case 'module':
				return acts.reads(who, requirement.module);
			case 'quiz':
				return acts.sitsQuiz(who, requirement.quiz, cell.siteId);
			case 'declaration':
				return acts.declares(who, requirement.document);
			case 'site-induction': {
				const on = localDay(world.now());
				return acts.records(helpers.lifter, who, { kind: 'site-induction', site: cell.siteId, on } as never);
			}
			case 'prerequisite':
				await follow(world, acts, who, { siteId: cell.siteId, privilege: requirement.privilege }, helpersOf);
				return;
			case 'observation': {
				const short = decision.progress.find((each) => each.requirement === requirement)?.short;
				return watched(short?.variants[0]);
			}
			default:
				throw new Error(`${cell.privilege}: nobody can meet ${requirement.kind}`);
		}
	}

	async function settle({ asks, change }: Recheck): Promise<void> {
		if (asks === 'observation') return watched();
		const entry = catalogue.privileges.get(cell.privilege)?.body;
		const quiz = entry?.requirements.find((each) => each.kind === 'quiz');
		if (asks === 'quiz' && quiz?.kind === 'quiz') return acts.sitsQuiz(who, quiz.quiz, cell.siteId);
		if (asks === 'acknowledge')
			return acts.acknowledges(who, change?.kind ?? 'privilege', change?.slug ?? cell.privilege);
		return acts.declares(who, 'medicines-policy');
	}

	async function watched(variant?: string): Promise<void> {
		await nextRound(world);
		await acts.watches(helpers.watcher, cell, variant === undefined ? {} : { variant });
	}
}

/** The next day, at another time of day than the last. */
export async function nextRound(world: World): Promise<void> {
	const day = Number(localDay(world.now()).slice(8));
	await world.later(1, times[day % times.length]);
}

/** Every privilege, what it rests on first. */
export function inOrder(): PrivilegeCode[] {
	const order: PrivilegeCode[] = [];
	const add = (code: PrivilegeCode) => {
		if (order.includes(code)) return;
		for (const each of catalogue.privileges.get(code)?.body.requirements ?? [])
			if (each.kind === 'prerequisite') add(each.privilege);
		order.push(code);
	};
	for (const code of catalogue.privileges.keys()) add(code);
	return order;
}

/** What a privilege rests on, at any depth, itself last. */
export function restsOn(code: PrivilegeCode): PrivilegeCode[] {
	const requirements = catalogue.privileges.get(code)?.body.requirements ?? [];
	const under = requirements.flatMap((each) => (each.kind === 'prerequisite' ? restsOn(each.privilege) : []));
	return [...new Set([...under, code])];
}

/** Moves the clock to a day before another. */
export async function daysBefore(world: World, day: string, days: number): Promise<void> {
	const target = addDays(day, -days);
	const today = localDay(world.now());
	const apart = Math.round((Date.parse(target) - Date.parse(today)) / 86_400_000);
	if (apart > 0) await world.later(apart);
}
