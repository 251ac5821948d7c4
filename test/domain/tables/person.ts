import { type Answer, type Asked, later, notStarted, paused, permits, type Tables, withdrawn } from '../cases.ts';
import {
	awarded,
	decidesAge,
	elmCourt,
	leaves,
	pauses,
	reads,
	retracts,
	roseHouse,
	signsOff,
	starts,
	withdraws,
	working,
} from '../support.ts';

/** What is asked of the person whatever the privilege: their age, and whom they work for. */
const own = 'prompt' as const;
const asked: Asked = { privilege: own };
const young = starts('2026-01-05 09:00', { adultOn: '2026-07-10' });
const read = reads('2026-01-10');
const signed = signsOff('2026-02-01', '2027-02-01', { privilege: own });
const under18: Answer = ['under_18_no_decision', 'not-started'];
const under18Again: Answer = ['under_18_no_decision', 'paused'];
const readOnly: Answer = ['sign_off_missing', 'ready-for-sign-off'];
const under18Learned: Answer = ['under_18_no_decision', 'ready-to-observe'];
const may = (given = {}) => decidesAge('2026-01-08', true, { privilege: own, ...given });

const agency = starts('2026-01-05 09:00', { contract: 'agency' });
const agencyAtElm = starts('2026-01-05 09:00', { contract: 'agency', site: elmCourt });
const permanentToo = starts('2026-01-06 09:00', { site: null });
const record = (expiresOn: string | null, given = {}) =>
	awarded('2026-01-07', expiresOn, { award: 'agency-record', ...given });
const unverified: Answer = ['agency_unverified', 'not-started'];
const unverifiedAgain: Answer = ['agency_unverified', 'paused'];

export const tables: Tables = {
	'under 18': [
		['no decision', under18, [young], later, asked],
		['no decision, although all is read', ['under_18_no_decision', 'ready-to-observe'], [young, read], later, asked],
		['they may', readOnly, [young, read, may()], later, asked],
		[
			'they may not',
			['under_18_no_decision', 'ready-to-observe'],
			[young, read, decidesAge('2026-01-08', false)],
			later,
			asked,
		],
		[
			'they may, and later may not',
			['under_18_no_decision', 'ready-to-observe'],
			[young, read, may(), decidesAge('2026-01-09', false)],
			later,
			asked,
		],
		['they may not, and later may', readOnly, [young, read, decidesAge('2026-01-07', false), may()], later, asked],
		[
			'a yes for everything at once is about nothing',
			under18Learned,
			[young, read, may({ privilege: null })],
			later,
			asked,
		],
		[
			'a no for everything, then a yes for this',
			readOnly,
			[young, read, decidesAge('2026-01-07', false), may()],
			later,
			asked,
		],
		[
			'a yes for this, then a no for everything at another site',
			readOnly,
			[young, read, may(), decidesAge('2026-01-09', false, { site: elmCourt })],
			later,
			asked,
		],
		[
			'a yes for this, then a yes for everything: the first still holds',
			readOnly,
			[young, read, may(), may({ privilege: null })],
			later,
			asked,
		],
		['decided for another privilege', under18, [young, may({ privilege: 'assess' })], later, asked],
		['decided at another site', under18, [young, may({ site: elmCourt })], later, asked],
		['decided for the whole provider', readOnly, [young, read, may({ site: null })], later, asked],
		[
			'decided yes for all, no for this',
			under18,
			[young, may({ privilege: null }), decidesAge('2026-01-09', false, { privilege: own })],
			later,
			asked,
		],
		[
			'decided yes for this, no for another',
			readOnly,
			[young, read, may(), decidesAge('2026-01-09', false, { privilege: 'assess' })],
			later,
			asked,
		],
		['signed off, no decision', under18Again, [young, read, signed], later, asked],
		['signed off, decided', permits, [young, read, may(), signed], later, asked],
		[
			'signed off, decided after it',
			permits,
			[young, read, signed, decidesAge('2026-02-02', true, { privilege: own })],
			later,
			asked,
		],
		[
			'signed off, the decision was taken back',
			under18Again,
			[young, read, may({ id: 'd' }), signed, retracts('2026-02-02', 'd')],
			later,
			asked,
		],
		[
			'the last minute before the birthday, in summer time',
			under18Again,
			[young, read, signed],
			'2026-07-09T22:59:00Z',
			asked,
		],
		['the first minute of the birthday', permits, [young, read, signed], '2026-07-09T23:00:00Z', asked],
		[
			'a birthday in winter, the minute before',
			under18Again,
			[starts('2026-01-05', { adultOn: '2026-02-10' }), read, signed],
			'2026-02-09T23:59:00Z',
			asked,
		],
		[
			'a birthday in winter',
			permits,
			[starts('2026-01-05', { adultOn: '2026-02-10' }), read, signed],
			'2026-02-10T00:00:00Z',
			asked,
		],
		[
			'after the birthday a no is not asked for',
			permits,
			[young, read, decidesAge('2026-01-08', false), signed],
			'2026-08-01',
			asked,
		],
		['one of two spells here says so', under18Again, [young, permanentToo, read, signed], later, asked],
		[
			'a spell at another site says so',
			under18Again,
			[starts('2026-01-05', { adultOn: '2026-07-10', site: elmCourt }), permanentToo, read, signed],
			later,
			asked,
		],
		[
			'the spell that says so is over, and a new one is silent',
			under18Again,
			[young, read, signed, leaves('2026-02-01', '2026-02-10'), permanentToo, starts('2026-02-12')],
			later,
			asked,
		],
		[
			'two spells name two days: the later one holds',
			under18Again,
			[starts('2026-01-05', { adultOn: '2026-02-10', site: elmCourt }), young, read, signed],
			later,
			asked,
		],
		[
			'the spell at another site says so, and it was decided for this here',
			permits,
			[starts('2026-01-05', { adultOn: '2026-07-10', site: elmCourt }), permanentToo, read, may(), signed],
			later,
			asked,
		],
		[
			'a withdrawal comes first',
			withdrawn,
			[young, read, signed, withdraws('2026-02-10', { privilege: own })],
			later,
			asked,
		],
		['a pause comes first', paused, [young, read, signed, pauses('2026-02-10', { privilege: own })], later, asked],
	],
	agency: [
		['no record was seen', unverified, [agency], later, asked],
		['a record without an end', notStarted, [agency, record(null)], later, asked],
		['another award is not the record', unverified, [agency, awarded('2026-01-07', null)], later, asked],
		['the record of another site', unverified, [agency, record(null, { site: elmCourt })], later, asked],
		['the record of this site', notStarted, [agency, record(null, { site: roseHouse })], later, asked],
		[
			'the record of this site has run out, the newer one is of another',
			unverified,
			[agency, record('2026-02-01', { site: roseHouse }), record(null, { site: elmCourt })],
			later,
			asked,
		],
		['permanent here as well', notStarted, [agency, permanentToo], later, asked],
		['agency elsewhere, permanent here', notStarted, [agencyAtElm, working], later, asked],
		['bank work is not agency work', notStarted, [starts('2026-01-05', { contract: 'bank' })], later, asked],
		[
			'signed off, good until the record ends',
			['competent', 'competent', '2026-04-01 00:00'],
			[agency, record('2026-03-31'), read, signed],
			later,
			asked,
		],
		['the last minute of the record', permits, [agency, record('2026-03-31'), read, signed], '2026-03-31 23:59', asked],
		['the minute after', unverifiedAgain, [agency, record('2026-03-31'), read, signed], '2026-04-01 00:00', asked],
		[
			'and the record was seen again',
			permits,
			[agency, record('2026-03-31'), read, signed, awarded('2026-04-02', '2026-12-31', { award: 'agency-record' })],
			'2026-04-03',
			asked,
		],
		[
			'agency from the day the other work ends',
			unverifiedAgain,
			[
				starts('2026-01-05', { contract: 'agency', site: null }),
				working,
				read,
				signed,
				leaves('2026-03-01', '2026-03-31'),
			],
			'2026-04-01 00:00',
			asked,
		],
		[
			'age is asked before agency',
			under18,
			[starts('2026-01-05', { contract: 'agency', adultOn: '2026-07-10' })],
			later,
			asked,
		],
	],
};
