import { later, permits, roundsShort, signOffMissing, signOffVoid, type Tables, under } from '../cases.ts';
import {
	assessedOutside,
	competent,
	elmCourt,
	firstSignOff,
	learned,
	round,
	signsOff,
	sitsQuiz,
	withdraws,
} from '../support.ts';

/** An outside assessment counts from the day it was made, whenever it was typed in. */
const light = under({ renewal: { passes: 1, quiz: false, lateBy: 'P90D' } });
const again = signsOff('2027-02-10', '2028-02-20');

export const tables: Tables = {
	'an outside assessment typed in later': [
		['made eight months before', roundsShort, [learned, assessedOutside('2026-03-01', { on: '2025-07-01' })]],
		['made in 2009', roundsShort, [learned, assessedOutside('2026-03-01', { on: '2009-03-01' })]],
		[
			'made last month: it is as old as its day',
			signOffMissing,
			[learned, assessedOutside('2026-03-01', { on: '2026-02-01' })],
			'2026-08-01 23:59',
		],
		[
			'and the minute after',
			roundsShort,
			[learned, assessedOutside('2026-03-01', { on: '2026-02-01' })],
			'2026-08-02 00:00',
		],
		['not typed in yet', roundsShort, [learned, assessedOutside('2026-03-05', { on: '2026-02-01' })]],
		[
			'an older one typed in after a newer one',
			signOffMissing,
			[
				learned,
				assessedOutside('2026-02-10', { on: '2026-02-09' }),
				assessedOutside('2026-02-11', { on: '2025-01-01' }),
			],
		],
		[
			'signed off on one that was too old then',
			signOffVoid,
			[learned, assessedOutside('2026-02-10', { on: '2025-07-01' }), firstSignOff],
		],
		[
			'signed off on one on its last day',
			permits,
			[learned, assessedOutside('2026-02-10', { on: '2025-08-20' }), firstSignOff],
		],
		[
			'and one made the day before that',
			signOffVoid,
			[learned, assessedOutside('2026-02-10', { on: '2025-08-19' }), firstSignOff],
		],
	],
	'an outside assessment and what came before': [
		[
			'made before a withdrawal, typed in after it',
			signOffVoid,
			[learned, withdraws('2026-02-10'), assessedOutside('2026-02-15', { on: '2026-02-01' }), firstSignOff],
		],
		[
			'made on the day of a withdrawal, typed in the day after',
			permits,
			[learned, withdraws('2026-02-10'), assessedOutside('2026-02-11', { on: '2026-02-10' }), firstSignOff],
		],
		[
			'made on the day of a withdrawal, typed in before it',
			signOffVoid,
			[learned, assessedOutside('2026-02-10 11:00'), withdraws('2026-02-10'), firstSignOff],
		],
		[
			'made before a withdrawal at another site',
			signOffVoid,
			[learned, assessedOutside('2026-02-01'), withdraws('2026-02-10', { site: elmCourt }), firstSignOff],
		],
		[
			'made before a withdrawal of something else',
			permits,
			[learned, assessedOutside('2026-02-01'), withdraws('2026-02-10', { privilege: 'prompt' }), firstSignOff],
		],
		[
			'made before a withdrawal of everything',
			signOffVoid,
			[learned, assessedOutside('2026-02-01'), withdraws('2026-02-10', { privilege: null, site: null }), firstSignOff],
		],
		[
			'made before the sign-off, typed in after it',
			signOffVoid,
			[competent, assessedOutside('2027-02-05', { on: '2026-02-19' }), again],
			'2027-06-01',
			light,
		],
		['made since', permits, [competent, assessedOutside('2027-02-05'), again], '2027-06-01', light],
		[
			'made since, but too long ago',
			signOffVoid,
			[competent, assessedOutside('2027-02-05', { on: '2026-08-01' }), again],
			'2027-06-01',
			light,
		],
		[
			'too old, and a round instead',
			permits,
			[competent, assessedOutside('2027-02-05', { on: '2026-08-01' }), round('2027-02-06'), again],
			'2027-06-01',
			light,
		],
		[
			'it does not stand for the quiz',
			['quiz_not_passed', 'in-training'],
			[learned.slice(0, 2), sitsQuiz('2026-01-13', false), assessedOutside('2026-02-01')],
			later,
		],
	],
};
