import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { readPolicies } from '#db/queries/policies.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { decide, ruleVersion } from '../domain/decide.ts';
import { presentFor } from '../domain/evidence.ts';
import type { LoggedDecision } from '../domain/logged-decision.ts';
import { policyNamed } from '../domain/policy.ts';
import { twoPeopleAt } from '../domain/policy-grace.ts';
import { isPrivilegeCode } from '../domain/privilege.ts';
import type { ReasonCode } from '../domain/reason.ts';
import type { Rules, Standing } from '../domain/rules.ts';
import { type Answered, decideTogether } from '../domain/together.ts';
import { rulesFrom } from './projecting.ts';

/** What the rules answer when a logged question is put to them again. */
export interface Replayed {
	decision: boolean;
	code: ReasonCode;
	standing: Standing | null;
	validUntil: Date | null;
}

export interface WorkedAgain {
	byEarlierRule: false;
	answer: Replayed;
	/** What is not as it was logged; empty where the two agree. */
	differs: (keyof Replayed)[];
}

/** What comes of putting a logged question again: nothing, where another version of the rule had answered it. */
export type Replay = WorkedAgain | { byEarlierRule: true };

type RestedOn = Pick<LoggedDecision, 'personId' | 'upToSeq' | 'policyVersion'>;

const forEver = new Date(8.64e15);

/**
 * Works a logged decision out anew by the one rule, from the evidence: as at the instant it was made, with the rows and
 * the policy it rested on and no later ones. What the gate read was a standing that had been worked out before, so the
 * two agree only if both are right. A decision made by another version of the rule itself is not worked out again: that
 * this one answers otherwise would say nothing about what was right then.
 */
export async function replayDecision(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	logged: LoggedDecision,
): Promise<Replay> {
	if (logged.ruleVersion !== ruleVersion) return { byEarlierRule: true };
	const policies = await readPolicies(tx, { providerId });
	const at = logged.context.time ? new Date(logged.context.time) : logged.evaluatedAt;
	const rules = rulesThen(logged);
	const witnessPrivilege = isPrivilegeCode(logged.action) ? rules.privileges.get(logged.action)?.witness : undefined;
	const beside = async (as: 'supervisor' | 'witness', privilege: string | undefined) => {
		const named = logged.beside.find((each) => each.as === as);
		if (!named || !privilege) return undefined;
		return { personId: named.personId ?? '', decision: await standOf(named, privilege, logged.context.person) };
	};
	const witness = await beside('witness', witnessPrivilege);
	const ofTask = witness && (await beside('witness', logged.action))?.decision;
	const { permit, code, validUntil, standing } = decideTogether(
		{
			personId: logged.personId ?? '',
			decision: await standOf(logged, logged.action, logged.context.person),
			supervisor: await beside('supervisor', logged.action),
			witness: witness && { ...witness, holdsTask: ofTask?.permit === true && ofTask.code === 'competent' },
		},
		{ witness: witnessPrivilege },
		twoPeopleAt(rules, at),
	);
	const answer = { decision: permit, code, standing, validUntil: permit ? validUntil : null };
	return { byEarlierRule: false, answer, differs: differences(logged, answer) };

	/** The rules at the site when it was asked, with the policy that the standing says it was worked out by. */
	function rulesThen({ policyVersion }: RestedOn): Rules {
		const then = rulesFrom(policies, catalogue, logged.evaluatedAt)(logged.siteId ?? '');
		const policy = policyVersion && policyNamed(policyVersion, catalogue.shippedPolicies, policies.overrides);
		return policy ? { ...then, policy } : then;
	}

	async function standOf(
		{ personId, upToSeq, policyVersion }: RestedOn,
		privilege: string,
		person?: string,
	): Promise<Answered & { standing: Standing | null }> {
		const refused = (code: ReasonCode) => ({ permit: false, code, validUntil: null, standing: null });
		if (!personId) return refused('unknown_person');
		if (!isPrivilegeCode(privilege) || !rules.privileges.has(privilege) || !pinnedBy(privilege))
			return refused('unknown_privilege');
		if (!logged.siteId) return refused('unknown_site');
		const all = await listEvidenceOf(tx, { providerId, personIds: [personId] });
		const evidence = all.filter((each) => each.seq <= (upToSeq ?? 0));
		const question = { privilege, siteId: logged.siteId, ...(person ? { person } : {}) };
		const decision = decide(
			rulesThen({ personId, upToSeq, policyVersion }),
			evidence,
			question,
			presentFor(evidence, at),
			forEver,
		);
		return {
			permit: decision.permit,
			code: decision.code,
			validUntil: decision.validUntil,
			standing: decision.standing,
			holdsWhatItRestsOn: decision.holdsWhatItRestsOn,
			...(decision.delegation ? { delegation: decision.delegation } : {}),
		};
	}

	/** Whether the privilege was there when it was asked. */
	function pinnedBy(privilege: string): boolean {
		const versions = catalogue.pinned.filter(({ kind, slug }) => kind === 'privilege' && slug === privilege);
		return !versions.length || versions.some((each) => each.recordedAt <= logged.evaluatedAt);
	}
}

function differences(logged: LoggedDecision, answer: Replayed): WorkedAgain['differs'] {
	// Where the gate knew of no standing it named none.
	const standing = logged.standing ?? answer.standing;
	const time = (instant: Date | null) => instant?.getTime();
	return (['decision', 'code', 'standing', 'validUntil'] as const).filter((part) => {
		if (part === 'standing') return answer.standing !== standing;
		if (part === 'validUntil') return time(answer.validUntil) !== time(logged.validUntil);
		return answer[part] !== logged[part];
	});
}
