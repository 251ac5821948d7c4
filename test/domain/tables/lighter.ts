import {
	type Asked,
	expired,
	permits,
	permitsDue,
	roundsShort,
	signOffMissing,
	signOffVoid,
	type Tables,
	under,
	withdrawn,
	withdrawnReady,
} from '../cases.ts';
import {
	awarded,
	competent,
	elmCourt,
	learned,
	leaves,
	round,
	signsOff,
	sitsQuiz,
	starts,
	threeRounds,
	withdraws,
} from '../support.ts';

/** A lighter path is never a short cut to the full one, and none is left after a withdrawal (content/rules.md, "Lighter paths"). */
const numbers = { newSite: { passes: 1 }, renewal: { passes: 1, quiz: false, lateBy: 'P90D' } };
const light = under(numbers);
const atElm: Asked = { ...light, site: elmCourt };
const record = awarded('2026-01-07', null, { award: 'agency-record' });
const agencyRound = round('2026-02-02 08:10');
const agency = [starts('2026-01-05 09:00', { contract: 'agency' }), record, ...learned.slice(1), agencyRound];
const agencySigned = [...agency, signsOff('2026-02-20 15:30', '2026-03-22')];
const permanent = starts('2026-03-01 09:00', { site: null });
const second = round('2026-03-03 17:05');
const third = round('2026-03-04 08:10');
const yearSigned = signsOff('2026-03-10', '2027-03-10');
const asked = '2026-04-10';

const anywhere = [starts('2026-01-05 09:00', { site: null }), ...competent.slice(1)];
const there = (when: string) => round(when, { site: elmCourt });
const elmSigned = [...anywhere, there('2026-03-02 08:10'), signsOff('2026-03-03', '2027-02-20', { site: elmCourt })];
const atRose = withdraws('2026-04-01');
const elmAgain = signsOff('2026-05-10', '2027-05-10', { site: elmCourt });
const threeThere = [there('2026-05-01 08:10'), there('2026-05-02 17:05'), there('2026-05-03 08:10')];

export const tables: Tables = {
	'agency work, then permanent': [
		['one more round and a year’s sign-off', signOffVoid, [agencySigned, permanent, second, yearSigned], asked, light],
		[
			'the rounds of agency work count towards the full number',
			permits,
			[agencySigned, permanent, second, third, yearSigned],
			asked,
			light,
		],
		[
			'three rounds since',
			permits,
			[agencySigned, permanent, second, third, round('2026-03-05'), yearSigned],
			asked,
			light,
		],
		[
			'until the agency’s sign-off ends, that holds',
			permitsDue,
			[agencySigned, permanent, second, yearSigned],
			'2026-03-20',
			light,
		],
		[
			'still agency: renewed by one round',
			permits,
			[agencySigned, second, signsOff('2026-03-15', '2026-04-14')],
			'2026-04-01',
			light,
		],
		[
			'permanent at another site: one round there is not enough',
			roundsShort,
			[agencySigned, starts('2026-03-01', { site: elmCourt }), there('2026-03-02')],
			'2026-03-10',
			atElm,
		],
		[
			'permanent at another site: three rounds there',
			signOffMissing,
			[
				agencySigned,
				starts('2026-03-01', { site: elmCourt }),
				there('2026-03-02 08:10'),
				there('2026-03-03 17:05'),
				there('2026-03-04'),
			],
			'2026-03-10',
			atElm,
		],
		[
			'permanent when it was signed off, agency since: it renews',
			permits,
			[
				starts('2026-01-05', { contract: 'agency', site: null }),
				record,
				competent,
				leaves('2026-02-25', '2026-02-28'),
				round('2026-03-03'),
				signsOff('2026-03-04', '2026-04-03'),
			],
			'2026-03-10',
			light,
		],
		[
			'permanent from the very day: the agency’s renews no year',
			signOffVoid,
			[agencySigned, permanent, second, signsOff('2026-03-22', '2027-03-22')],
			asked,
			light,
		],
	],
	'withdrawn at one site': [
		['signed off at the other, it holds there', permits, [elmSigned, atRose], '2026-04-10', atElm],
		['and at the one it does not', withdrawn, [elmSigned, atRose], '2026-04-10', light],
		['it makes the other no new site', roundsShort, [anywhere, atRose, there('2026-04-02')], '2026-04-10', atElm],
		[
			'rounds there from before are spent',
			roundsShort,
			[anywhere, threeThere, withdraws('2026-05-04')],
			'2026-05-10',
			atElm,
		],
		['rounds there since count', signOffMissing, [anywhere, atRose, threeThere], '2026-05-10', atElm],
		[
			'the other is renewed by one round no more',
			signOffVoid,
			[elmSigned, atRose, threeThere.slice(0, 1), elmAgain],
			'2027-03-01',
			atElm,
		],
		['the other is renewed by three', permits, [elmSigned, atRose, threeThere, elmAgain], '2027-03-01', atElm],
		[
			'the sign-off of the other leads back by no lighter way',
			withdrawn,
			[elmSigned, atRose, round('2026-04-05')],
			'2026-04-10',
			light,
		],
		[
			'three rounds lead back',
			withdrawnReady,
			[elmSigned, atRose, round('2026-04-05 08:10'), round('2026-04-06 17:05'), round('2026-04-07')],
			'2026-04-10',
			light,
		],
		[
			'a sign-off there after it is ground for a new site again',
			withdrawnReady,
			[elmSigned, atRose, threeThere, elmAgain, round('2026-05-12')],
			'2026-05-20',
			light,
		],
		['withdrawn everywhere', withdrawn, [elmSigned, withdraws('2026-04-01', { site: null })], '2026-04-10', atElm],
		[
			'all privileges withdrawn at one site: the other’s rounds are spent',
			roundsShort,
			[anywhere, threeThere, withdraws('2026-05-04', { privilege: null })],
			'2026-05-10',
			atElm,
		],
		[
			'another privilege withdrawn at one site',
			signOffMissing,
			[anywhere, there('2026-05-01'), withdraws('2026-05-04', { privilege: 'prompt' })],
			'2026-05-10',
			atElm,
		],
		[
			'agency work after a withdrawal: one round is not enough',
			withdrawn,
			[agencySigned, withdraws('2026-03-01'), second],
			'2026-03-10',
			light,
		],
		[
			'agency work after a withdrawal: three are',
			withdrawnReady,
			[agencySigned, withdraws('2026-03-01'), second, third, round('2026-03-05')],
			'2026-03-10',
			light,
		],
		[
			'agency work, withdrawn at another site before it began here',
			roundsShort,
			[
				starts('2026-01-05', { contract: 'agency', site: null }),
				record,
				learned.slice(1),
				withdraws('2026-01-20', { site: elmCourt }),
				agencyRound,
			],
			'2026-03-10',
			light,
		],
	],
	'long ago': [
		['too late to renew: as many as the first time', expired, [competent, round('2028-03-01')], '2028-03-10', light],
		[
			'too late to renew: all three since',
			signOffMissing,
			[competent, round('2028-03-01 08:10'), round('2028-03-02 17:05'), round('2028-03-03')],
			'2028-03-10',
			light,
		],
		[
			'a quiz of long ago is one where policy sets no age',
			signOffMissing,
			[
				competent,
				sitsQuiz('2027-01-01'),
				threeRounds.map((each, index) => ({
					...each,
					id: `r${index}`,
					observedAt: new Date(`2028-03-0${index + 1}T08:10:00Z`),
					recordedAt: new Date(`2028-03-0${index + 1}T08:10:00Z`),
				})),
			],
			'2028-03-10',
			light,
		],
	],
};
