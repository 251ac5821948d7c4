import { type Answer, type Asked, asking, later, permits, type Tables, under } from '../cases.ts';
import {
	allowsOnCall,
	awarded,
	delegates,
	leaves,
	reads,
	retracts,
	signsOff,
	starts,
	takenOver,
	withdraws,
	working,
} from '../support.ts';

/** How long a delegation lasts beside its review day, and who needs none (content/rules.md, "Delegation"). */
const insulin = asking('administer-insulin', { kind: 'module', module: 'insulin', version: 1 }, { kind: 'delegation' });
const forOne: Asked = { ...insulin, person: 'R-17' };
const read = reads('2026-01-12', { module: 'insulin', version: 1 });
const signed = signsOff('2026-02-01', '2027-02-01', { privilege: 'administer-insulin' });
const given = delegates('2026-02-10 10:00', '2026-06-30', { id: 'd' });
const holder = [...working, read, signed, given];
const missing: Answer = ['delegation_missing', 'competent'];
const signedAgain = signsOff('2026-03-01 15:00', '2027-03-01', { privilege: 'administer-insulin' });
const withdrawal = withdraws('2026-03-01', { privilege: 'administer-insulin' });
const leavesSoon = leaves('2026-02-20', '2026-02-28', { id: 'gone' });

const registration = (until: string | null, given = {}) =>
	awarded('2026-01-06', until, { award: 'nmc-registration', ...given });
const nurse = starts('2026-01-05 09:00', { role: 'nurse' });
const ownAct = [nurse, registration('2026-09-30'), read, signed];
const call = allowsOnCall('2026-07-01 00:05', '2026-07-01 04:00', { privilege: 'administer-insulin' });
const toEight: Asked = {
	...forOne,
	rules: { ...insulin.rules, policy: under({ endOfShift: '08:00' }).rules?.policy ?? insulin.rules.policy },
};

export const tables: Tables = {
	'a delegation and the learner': [
		['withdrawn and signed off again: it is not revived', missing, [holder, withdrawal, signedAgain], later, forOne],
		[
			'withdrawn, signed off again and delegated again',
			permits,
			[holder, withdrawal, signedAgain, delegates('2026-03-01 16:00', '2026-06-30')],
			later,
			forOne,
		],
		[
			'delegated again before the new sign-off',
			permits,
			[holder, withdrawal, delegates('2026-03-01 14:00', '2026-06-30'), signedAgain],
			later,
			forOne,
		],
		[
			'delegated for the provider, withdrawn here',
			missing,
			[holder.slice(0, 3), delegates('2026-02-10', '2026-06-30', { site: null }), withdrawal, signedAgain],
			later,
			forOne,
		],
		[
			'gone, and back a day later: it is not revived',
			missing,
			[holder, leavesSoon, starts('2026-03-02 09:00')],
			'2026-03-03',
			forOne,
		],
		[
			'gone, and back the next day: one run of work',
			permits,
			[holder, leavesSoon, starts('2026-03-01 09:00')],
			'2026-03-03',
			forOne,
		],
		[
			'gone and back, delegated since',
			permits,
			[holder, leavesSoon, starts('2026-03-02 09:00'), delegates('2026-03-02 10:00', '2026-06-30')],
			'2026-03-03',
			forOne,
		],
		[
			'gone and back, the leaving was entered in error',
			permits,
			[holder, leavesSoon, starts('2026-03-02 09:00'), retracts('2026-03-02 10:00', 'gone')],
			'2026-03-03',
			forOne,
		],
		['one of two posts is left', permits, [starts('2026-01-05', { site: null }), holder, leavesSoon], later, forOne],
		['a post began while another ran', permits, [holder, starts('2026-02-15', { role: 'senior' })], later, forOne],
	],
	'somebody else takes it over': [
		[
			'until that day',
			['competent', 'competent', '2026-03-16 00:00'],
			[holder, takenOver('2026-03-01', 'd', '2026-03-15')],
			later,
			forOne,
		],
		[
			'the last minute of it',
			permits,
			[holder, takenOver('2026-03-01', 'd', '2026-03-15')],
			'2026-03-15 23:59',
			forOne,
		],
		['the minute after', missing, [holder, takenOver('2026-03-01', 'd', '2026-03-15')], '2026-03-16 00:00', forOne],
		[
			'to the end of the shift',
			permits,
			[holder, takenOver('2026-03-01', 'd', '2026-03-15')],
			'2026-03-16 07:59',
			toEight,
		],
		[
			'and somebody has',
			permits,
			[holder, takenOver('2026-03-01', 'd', '2026-03-15'), delegates('2026-03-10', '2026-06-30')],
			'2026-03-20',
			forOne,
		],
		[
			'later than its review: that comes first',
			['competent', 'competent', '2026-07-01 00:00'],
			[holder, takenOver('2026-03-01', 'd', '2026-07-15')],
			later,
			forOne,
		],
		[
			'of another delegation',
			['competent', 'competent', '2026-07-01 00:00'],
			[holder, takenOver('2026-03-01', 'x', '2026-03-15')],
			later,
			forOne,
		],
		[
			'two days: the first holds',
			['competent', 'competent', '2026-03-11 00:00'],
			[holder, takenOver('2026-03-01', 'd', '2026-03-15'), takenOver('2026-03-01', 'd', '2026-03-10')],
			later,
			forOne,
		],
		[
			'it was entered in error',
			['competent', 'competent', '2026-07-01 00:00'],
			[holder, takenOver('2026-03-01', 'd', '2026-03-15', { id: 't' }), retracts('2026-03-01 18:00', 't')],
			later,
			forOne,
		],
	],
	'a registered nurse gives in her own right': [
		['no delegation, nobody is named', ['competent', 'competent', '2026-10-01 00:00'], [ownAct], later, insulin],
		['whoever is named', permits, [ownAct], later, forOne],
		['her registration has run out', missing, [ownAct], '2026-10-01 00:00', forOne],
		['the last minute of it', permits, [ownAct], '2026-09-30 23:59', forOne],
		[
			'her registration without an end',
			['competent', 'competent', '2027-02-02 00:00'],
			[nurse, registration(null), read, signed],
			later,
			insulin,
		],
		['her registration was not seen', missing, [nurse, read, signed], later, forOne],
		[
			'the newest has run out, an older one has not',
			missing,
			[nurse, registration('2026-12-31'), registration('2026-02-01'), read, signed],
			later,
			forOne,
		],
		['registered, at work as a carer', missing, [working, registration('2026-09-30'), read, signed], later, forOne],
		[
			'a nurse at another site only',
			missing,
			[
				working,
				starts('2026-01-05', { role: 'nurse', site: 'site-elm-court' }),
				registration('2026-09-30'),
				read,
				signed,
			],
			later,
			forOne,
		],
		[
			'not signed off: the employer’s own check',
			['sign_off_missing', 'ready-for-sign-off'],
			[nurse, registration('2026-09-30'), read],
			later,
			insulin,
		],
		[
			'her post as a nurse ends, another goes on',
			['competent', 'competent', '2026-04-01 00:00'],
			[nurse, registration('2026-09-30'), read, signed, leaves('2026-03-01', '2026-03-31'), starts('2026-03-01 13:00')],
			later,
			insulin,
		],
		[
			'and has ended',
			missing,
			[nurse, registration('2026-09-30'), read, signed, leaves('2026-03-01', '2026-03-31'), starts('2026-03-01 13:00')],
			'2026-04-01',
			insulin,
		],
	],
	'break-glass at five past midnight': [
		[
			'the review day has gone by',
			['override_active', 'competent', '2026-07-01 04:00'],
			[holder, call],
			'2026-07-01 00:05',
			forOne,
		],
		['for somebody else', missing, [holder, call], '2026-07-01 00:05', { ...insulin, person: 'R-18' }],
		['nobody is named', missing, [holder, call], '2026-07-01 00:05', insulin],
		['the delegation was ended', missing, [holder.slice(0, 3), call], '2026-07-01 00:05', forOne],
		[
			'it was to be taken over by yesterday: it has ended',
			missing,
			[holder, takenOver('2026-06-01', 'd', '2026-06-29'), call],
			'2026-07-01 00:05',
			forOne,
		],
		[
			'it does not go round anything else',
			['expired', 'expired'],
			[
				[...working, read, signsOff('2026-02-01', '2026-06-01', { privilege: 'administer-insulin' }), given],
				retracts('2026-06-02', read.id),
				call,
			],
			'2026-07-01 00:05',
			forOne,
		],
	],
};
