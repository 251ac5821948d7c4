import * as z from 'zod/mini';

/** What a system may be allowed to ask of the gate, and in which words a manager allows it. */
export const scopeWords = {
	'authzen.evaluate': 'Ask whether somebody may do something, here and now',
	'authzen.search': 'List who may do something, or what somebody may do. This names your staff',
	'authzen.plan': 'Ask about a time to come, for rotas',
	'authzen.detail': 'See which evidence an answer rests on, for a manager’s eyes',
	'events.read': 'Hear when a standing changes',
	'status.read': 'Fetch the signed list for a round without a network',
	'incidents.write': 'Report missed doses, counts that do not agree, and the like',
	'subjects.manage': 'Say which of its own staff numbers is which person',
} as const;
export type Scope = keyof typeof scopeWords;
export const scopes = Object.keys(scopeWords) as [Scope, ...Scope[]];

/** How much a client may ask, where nobody sets another number: a home with two hundred residents asks less in a round. */
export const usualLimit = { perSecond: 50, burst: 200 } as const;
/** About what one database can answer: more than this would be no limit. */
export const mostPerSecond = 20_000;

/** How many secrets may be alive at once: the one in use and the one that takes its place. */
export const mostSecrets = 2;

/** When the older secret ends, once there is a newer one: time for a vendor to change over. */
export const secretOverlaps = { 'in-7-days': 7, 'in-1-day': 1, 'by-hand': null } as const;
export const secretOverlapWords = {
	'in-7-days': 'In seven days, by itself',
	'in-1-day': 'In one day, by itself',
	'by-hand': 'When I end it here',
} as const satisfies Record<keyof typeof secretOverlaps, string>;

const countOf = (what: string) => {
	const wrong = `Enter ${what} as a whole number from 1 to ${mostPerSecond.toLocaleString('en-GB')}`;
	return z.pipe(
		z.string().check(z.trim(), z.regex(/^\d{1,5}$/, wrong)),
		z.pipe(z.transform(Number), z.number().check(z.minimum(1, wrong), z.maximum(mostPerSecond, wrong))),
	);
};
const burstBelowRate = 'Enter at least as many at once as in a second';

const allowance = {
	scopes: z.array(z.enum(scopes)).check(z.minLength(1, 'Choose what it may ask')),
	perSecond: countOf('how many questions a second'),
	burst: countOf('how many questions at once'),
};

/** What a client may ask, and how much of it. */
export const allowanceForm = z
	.object(allowance)
	.check(z.refine(({ perSecond, burst }) => burst >= perSecond, { path: ['burst'], message: burstBelowRate }));
export type Allowance = z.output<typeof allowanceForm>;

const keysText = z.string().check(z.trim(), z.maxLength(20_000, 'That is too long for a set of public keys'));

export const registrationForm = z
	.object({
		...allowance,
		name: z
			.string()
			.check(z.trim(), z.minLength(2, 'Enter the name of the system'), z.maxLength(60, 'Keep it to 60 characters')),
		proof: z.enum(['secret', 'keys'], 'Choose how it proves who it is'),
		keys: keysText,
	})
	.check(
		z.refine(({ perSecond, burst }) => burst >= perSecond, { path: ['burst'], message: burstBelowRate }),
		z.refine(({ proof, keys }) => proof === 'secret' || keys !== '', {
			path: ['keys'],
			message: 'Paste the public keys that the vendor sent you',
		}),
	);
export type Registration = z.output<typeof registrationForm>;

export const newSecretForm = z.object({
	olderEnds: z.enum(
		Object.keys(secretOverlaps) as [keyof typeof secretOverlaps, ...(keyof typeof secretOverlaps)[]],
		'Choose when the older secret ends',
	),
});
export const endSecretForm = z.object({ secret: z.uuid() });
export const keysForm = z.object({ keys: keysText });
export const switchOffForm = z.object({
	reason: z
		.string()
		.check(z.trim(), z.minLength(5, 'Say why, in a few words'), z.maxLength(280, 'Keep it to 280 characters')),
});

/** What can be changed about a client, as its page tells it afterwards. */
export const clientChangeWords = {
	registered: 'Registered',
	'secret-added': 'New secret made',
	'secret-ended': 'Secret ended',
	'keys-set': 'Public keys changed',
	'keys-removed': 'Public keys removed',
	'allowance-set': 'What it may ask changed',
	'subject-ids-set': 'How it calls people changed',
	'own-ids-set': 'Its own numbers for people changed',
	'switched-off': 'Switched off',
	'switched-on': 'Switched on again',
} as const;
export type ClientChange = keyof typeof clientChangeWords;

export const clientRefusalWords = {
	'not-authorised': 'Your role does not change this',
	'unknown-client': 'There is no such client',
	'name-taken': 'There is a client with this name already. Give this one another name',
	'two-secrets': 'There are two secrets already. End one of them first',
	'unknown-secret': 'That secret has ended already',
	'already-off': 'It is switched off already',
	'already-on': 'It is switched on already',
} as const;
export type ClientRefusal = keyof typeof clientRefusalWords;
