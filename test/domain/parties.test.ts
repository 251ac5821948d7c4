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
const round = (assessor: string, more: object = {}, startedAt = '2027-01-01T03:00:00.000Z') =>
	row('observation', 3, { assessor, passed: true, startedAt, ...more });

test.each<[string, Evidence[], string[]]>([
	['of an open pause', [pause()], ['ben']],
	['of one of everything, everywhere', [pause({ privilege: null, siteId: null })], ['ben']],
	['of none at another site', [pause({ siteId: 'elm' })], []],
	['of none that was simply lifted', [pause(), lifted('nothing')], []],
	['of one lifted on a condition', [pause(), lifted('observation')], ['ben']],
	['until somebody else watched', [pause(), lifted('observation'), round('margaret')], []],
	['not until they watched themselves', [pause(), lifted('observation'), round('ben')], ['ben']],
	['not by a failed round', [pause(), lifted('observation'), round('margaret', { passed: false })], ['ben']],
	[
		'not by one that does not count',
		[pause(), lifted('observation'), round('margaret', { notCounted: 'party' })],
		['ben'],
	],
	[
		'not by a round begun before',
		[pause(), lifted('observation'), round('margaret', {}, '2027-01-01T01:30:00.000Z')],
		['ben'],
	],
	['until somebody else signed off', [pause(), lifted('quiz'), row('sign-off', 3, { lastDay: '2028-01-01' })], []],
	['not until they signed off', [pause(), lifted('quiz'), row('sign-off', 3, {}, { recordedBy: 'ben' })], ['ben']],
])('parties: %s', (_, evidence, expected) => {
	expect(partiesTo(Facts.from(evidence), question)).toEqual(expected);
});
