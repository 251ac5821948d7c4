import type { ChangeAsks } from '../../../app/domain/content.ts';
import { permits, roundDue, roundsShort, type Tables, under } from '../cases.ts';
import {
	assessedOutside,
	competent,
	lifts,
	pauses,
	retracts,
	round,
	signsOff,
	threeRounds,
	watched,
} from '../support.ts';

/** Who was a party to what a pause was about settles nothing after it (content/rules.md, condition 4). */
const pausedOnce = pauses('2026-03-01', { id: 'p' });
const namingThem = lifts('2026-03-02 09:00', 'p', { asks: 'observation', parties: ['tomasz'] });
const withParties = pauses('2026-03-01', { id: 'p', parties: ['tomasz'] });
const lifted = (asks: ChangeAsks) => lifts('2026-03-02 09:00', 'p', { asks });
const light = { renewal: { passes: 1, quiz: false, lateBy: 'P90D' } };

export const tables: Tables = {
	'who was a party to it, as the lifting names them': [
		[
			'the round since was watched by a party',
			roundDue,
			[competent, pausedOnce, namingThem, round('2026-03-03', { by: 'tomasz' })],
			'2026-03-10',
		],
		['by somebody else', permits, [competent, pausedOnce, namingThem, round('2026-03-03')], '2026-03-10'],
		[
			'the pause was taken back since: they stay parties',
			roundDue,
			[competent, pausedOnce, namingThem, round('2026-03-03', { by: 'tomasz' }), retracts('2026-03-04', 'p')],
			'2026-03-10',
		],
		[
			'a failed round that was marked as a party’s is none',
			permits,
			[competent, round('2026-03-01', { passed: false, notCounted: 'party' })],
			'2026-03-10',
		],
		[
			'an outside assessment since is by nobody here',
			permits,
			[competent, pausedOnce, namingThem, assessedOutside('2026-03-03')],
			'2026-03-10',
		],
	],
	'who was a party to it': [
		[
			'the round since was watched by a party',
			roundDue,
			[competent, withParties, lifted('observation'), round('2026-03-03', { by: 'tomasz' })],
			'2026-03-10',
		],
		[
			'by somebody else',
			permits,
			[competent, withParties, lifted('observation'), round('2026-03-03', { by: 'ben' })],
			'2026-03-10',
		],
		[
			'by a party, then by somebody else',
			permits,
			[competent, withParties, lifted('observation'), round('2026-03-03', { by: 'tomasz' }), round('2026-03-04')],
			'2026-03-10',
		],
		[
			'by a party, and signed off again',
			roundDue,
			[
				competent,
				withParties,
				lifted('observation'),
				round('2026-03-03', { by: 'tomasz' }),
				signsOff('2026-03-04', '2027-03-04'),
			],
			'2026-03-10',
			under(light),
		],
		[
			'somebody not signed off yet, watched by a party',
			roundsShort,
			[watched, withParties, lifted('observation'), round('2026-03-03', { by: 'tomasz' })],
			'2026-03-10',
		],
		[
			'a party to another pause may watch',
			permits,
			[
				competent,
				pausedOnce,
				lifted('observation'),
				pauses('2026-03-02 10:00', { id: 'q', parties: ['ben'] }),
				lifts('2026-03-02 11:00', 'q'),
				round('2026-03-03'),
			],
			'2026-03-10',
		],
		[
			'rounds of before the pause settle nothing',
			roundDue,
			[watched.slice(0, 3), withParties, lifted('observation'), threeRounds, signsOff('2026-03-03', '2027-03-03')],
			'2026-03-10',
		],
	],
};
