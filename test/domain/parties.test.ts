import { expect, test } from 'vitest';
import type { Evidence } from '#app/domain/evidence.ts';
import { Facts } from '#app/domain/facts.ts';
import { partiesTo } from '#app/domain/pause.ts';

const question = { privilege: 'administer-oral', siteId: 'rose' } as const;
const row = (kind: Evidence['kind'], hour: number, payload: object, more: object = {}) =>
	({
		id: `${kind} ${hour}`,
		seq: hour,
		kind,
		personId: 'amara',
		...question,
		observedAt: new Date(Date.UTC(2027, 0, 1, hour)),
		recordedAt: new Date(Date.UTC(2027, 0, 1, hour)),
		recordedBy: 'grace',
		payload,
		...more,
	}) as unknown as Evidence;
const pause = (more: object = {}) => row('pause', 1, { reason: 'other', parties: ['ben'] }, { id: 'it', ...more });
const lifted = (asks: string) => row('pause-lifted', 2, { pause: 'it', asks });
const round = (assessor: string) =>
	row('observation', 3, { assessor, passed: true, startedAt: '2027-01-01T03:00:00.000Z' });
const signed = (more: object, hour = 3) => row('sign-off', hour, { lastDay: '2028-01-01' }, more);

test.each<[string, Evidence[], string[]]>([
	['of an open pause', [pause()], ['ben']],
	['of one of everything, everywhere', [pause({ privilege: null, siteId: null })], ['ben']],
	['of none at another site', [pause({ siteId: 'elm' })], []],
	['of one lifted on a condition', [pause(), lifted('observation')], ['ben']],
	['of one that was simply lifted', [pause(), lifted('nothing')], ['ben']],
	[
		'also once somebody else has watched: nobody has answered for it yet',
		[pause(), lifted('observation'), round('margaret')],
		['ben'],
	],
	['until somebody else has signed off', [pause(), lifted('nothing'), signed({})], []],
	['until somebody from outside has', [pause(), lifted('quiz'), signed({ recordedBy: null })], []],
	['not until they have themselves', [pause(), lifted('quiz'), signed({ recordedBy: 'ben' })], ['ben']],
	['not by what was signed off before the lifting', [signed({}, 0), pause(), lifted('nothing')], ['ben']],
	['not by a sign-off at another site', [pause(), lifted('nothing'), signed({ siteId: 'elm' })], ['ben']],
	[
		'of each pause for itself',
		[pause(), lifted('nothing'), signed({}), row('pause', 4, { reason: 'other', parties: ['cara'] })],
		['cara'],
	],
])('parties: %s', (_, evidence, expected) => {
	expect(partiesTo(Facts.from(evidence), question)).toEqual(expected);
});
