import { catalogue } from '../../catalogue.server.ts';
import type { PolicyBody } from '../../domain/policy.ts';
import { mainNumbers, numberAt, type PolicyNumber, sayNumber } from '../../domain/policy-numbers.ts';
import { type PrivilegeCode, privilegeCodes } from '../../domain/privilege.ts';
import { privilegeNumbers } from '../../domain/privilege-numbers.ts';

/** Every number that can be set, the main ones first, then those of each privilege under its title. */
export function everyNumber(policy: PolicyBody, codes: readonly PrivilegeCode[] = privilegeCodes): PolicyNumber[] {
	const ofPrivileges = codes.flatMap((code) => {
		const pinned = catalogue().privileges.get(code);
		if (!pinned) return [];
		return privilegeNumbers(pinned.body, policy).map((number) => ({
			...number,
			label: `${pinned.body.title}: ${number.label.toLowerCase()}`,
		}));
	});
	return [...mainNumbers(policy, 'provider').flatMap((section) => section.numbers), ...ofPrivileges];
}

/** What a stored policy says, a line for each number: only what it sets over what lies beneath it. */
export function sayStored(body: Partial<PolicyBody>, inForce: PolicyBody): string[] {
	const lines = everyNumber(inForce).flatMap((number) => {
		const value = numberAt(body, number.path);
		return value === undefined ? [] : [`${number.label}: ${sayNumber(number, value)}`];
	});
	const cleared = Object.entries(body.privileges ?? {}).flatMap(([code, own]) =>
		Object.keys(own).length
			? []
			: [`${catalogue().privileges.get(code as never)?.body.title ?? code}: nothing of its own`],
	);
	return lines.length + cleared.length ? [...lines, ...cleared] : ['Nothing: what lies beneath holds again'];
}

/** The numbers that differ between two policies, as a table shows them. */
export function differences(was: PolicyBody, is: PolicyBody): { label: string; from: string; to: string }[] {
	return everyNumber(was).flatMap((number) => {
		const [from, to] = [was, is].map((policy) => sayNumber(number, numberAt(policy, number.path))) as [string, string];
		return from === to ? [] : [{ label: number.label, from, to }];
	});
}
