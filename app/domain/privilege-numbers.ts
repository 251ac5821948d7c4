import { sayLength } from './length.ts';
import { type PolicyBody, timesOfDay } from './policy.ts';
import type { PolicyNumber } from './policy-numbers.ts';
import { type Privilege, requirementOf } from './privilege.ts';

/** The numbers of one privilege. Left empty, its file or the main numbers hold. */
export function privilegeNumbers({ code, validity, spotCheck, ...privilege }: Privilege, policy: PolicyBody) {
	const asked = requirementOf({ code, validity, ...privilege }, 'observation');
	const variants = asked?.variants ?? [];
	const at = `privileges.${code}`;
	const numbers: PolicyNumber[] = [
		{
			kind: 'length',
			path: `${at}.validity`,
			label: 'A sign-off lasts',
			hint: `Leave empty for ${sayLength(validity)}`,
			optional: true,
		},
	];
	if (asked) {
		const { passes, timesOfDay: bands } = policy.observation;
		const count = { kind: 'count', least: 1, optional: true } as const;
		numbers.push(
			{
				...count,
				path: `${at}.passes`,
				label: variants.length ? 'Rounds passed, of each kind' : 'Rounds passed',
				hint: `Leave empty for ${asked.passes ?? passes}`,
				most: 20,
			},
			{
				...count,
				path: `${at}.timesOfDay`,
				label: 'At different times of day',
				hint: `Leave empty for ${asked.timesOfDay ?? bands}`,
				most: timesOfDay.length,
			},
			{
				...count,
				path: `${at}.people`,
				label: 'People supported, over all rounds of a first assessment',
				hint: asked.people ? `Leave empty for ${asked.people}` : 'Leave empty where the number does not matter',
				most: 99,
			},
			{
				...count,
				path: `${at}.doses`,
				label: 'Doses, over all rounds of a first assessment',
				hint: asked.doses ? `Leave empty for ${asked.doses}` : 'Leave empty where the number does not matter',
				most: 999,
			},
			{
				kind: 'length',
				path: `${at}.spotCheck`,
				label: 'Seen again at least every',
				hint: spotCheck ? `Leave empty for ${sayLength(spotCheck)}` : 'Leave empty for not at all between sign-offs',
				optional: true,
			},
		);
	}
	numbers.push({
		kind: 'length',
		exact: true,
		path: `${at}.offline`,
		label: 'A signed list holds without a network for',
		hint: `Leave empty for ${sayLength(policy.offline)}, as for all others. Never longer than that`,
		optional: true,
	});
	if (variants.length)
		numbers.push({
			kind: 'variants',
			path: `${at}.variants`,
			label: 'Kinds that are seen here',
			hint: 'Each is to be seen so many times. Choose all or none for every kind',
			all: variants,
			optional: true,
		});
	return numbers;
}
