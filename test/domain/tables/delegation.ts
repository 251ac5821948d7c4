import {
	type Answer,
	type Asked,
	asking,
	expired,
	later,
	left,
	notStarted,
	paused,
	permits,
	restsOnNothing,
	signOffMissing,
	type Tables,
	withdrawnReady,
} from '../cases.ts';
import {
	competent,
	delegates,
	elmCourt,
	endsDelegation,
	leaves,
	pauses,
	policyWith,
	reads,
	retracts,
	signsOff,
	withdraws,
	working,
} from '../support.ts';

/** A task that a nurse hands over for one person supported at a time. */
const insulin = asking('administer-insulin', { kind: 'module', module: 'insulin', version: 1 }, { kind: 'delegation' });
const forOne: Asked = { ...insulin, person: 'R-17' };
const forAnother: Asked = { ...insulin, person: 'R-18' };
const learnt = [...working, reads('2026-01-12', { module: 'insulin', version: 1, id: 'read' })];
const signed = signsOff('2026-02-01', '2027-02-01', { privilege: 'administer-insulin', id: 's' });
const holder = [...learnt, signed];
const given = delegates('2026-02-10 10:00', '2026-06-30', { id: 'd' });
const ended = endsDelegation('2026-03-01', 'd');
const missing: Answer = ['delegation_missing', 'competent'];
const past: Answer = ['delegation_expired', 'competent'];
const untilReview: Answer = ['competent', 'competent', '2026-07-01 00:00'];
const rests = asking('administer-rescue', { kind: 'prerequisite', privilege: 'administer-insulin' });
const onInsulin: Asked = {
	...rests,
	rules: { ...rests.rules, privileges: new Map([...rests.rules.privileges, ...insulin.rules.privileges]) },
};
const rescueSigned = signsOff('2026-02-02', '2027-02-02', { privilege: 'administer-rescue' });
const toEight = { ...forOne, rules: { ...insulin.rules, policy: policyWith({ endOfShift: '08:00', grace: 'P7D' }) } };

export const tables: Tables = {
	delegation: [
		['for this person', untilReview, [holder, given], later, forOne],
		['for this person, no person is named', missing, [holder, given], later, insulin],
		['for this person, another is named', missing, [holder, given], later, forAnother],
		['none at all', missing, [holder], later, forOne],
		['the minute before it is given', missing, [holder, given], '2026-02-10 09:59', forOne],
		['the minute it is given', permits, [holder, given], '2026-02-10 10:00', forOne],
		['the last minute of the review day, in summer time', permits, [holder, given], '2026-06-30T22:59:00Z', forOne],
		['the minute after', past, [holder, given], '2026-06-30T23:00:00Z', forOne],
		['past its review day, no person is named', missing, [holder, given], '2026-07-10', insulin],
		['past its review day, another person is named', missing, [holder, given], '2026-07-10', forAnother],
		['it holds to the end of the shift, where policy sets one', permits, [holder, given], '2026-07-01 07:59', toEight],
		['and no longer: grace does not lengthen it', past, [holder, given], '2026-07-01 08:00', toEight],
		[
			'reviewed before it ended',
			['competent', 'competent', '2026-10-01 00:00'],
			[holder, given, delegates('2026-06-20', '2026-09-30')],
			'2026-07-10',
			forOne,
		],
		[
			'reviewed for less long than before',
			untilReview,
			[holder, given, delegates('2026-02-20', '2026-03-31')],
			later,
			forOne,
		],
		['reviewed after it ended', permits, [holder, given, delegates('2026-07-05', '2026-09-30')], '2026-07-10', forOne],
		['ended', missing, [holder, given, ended], later, forOne],
		['the minute before it is ended', permits, [holder, given, ended], '2026-03-01 11:59', forOne],
		['ended and past its review day', missing, [holder, given, ended], '2026-07-10', forOne],
		['one ended, another not', permits, [holder, given, ended, delegates('2026-03-01', '2026-06-30')], later, forOne],
		[
			'one ended, another past its review day',
			past,
			[holder, given, ended, delegates('2026-02-11', '2026-02-28')],
			later,
			forOne,
		],
		['the ending of another', permits, [holder, given, endsDelegation('2026-03-01', 'x')], later, forOne],
		[
			'the ending was entered in error',
			permits,
			[holder, given, { ...ended, id: 'e' }, retracts('2026-03-01 18:00', 'e')],
			later,
			forOne,
		],
		['it was entered in error', missing, [holder, given, retracts('2026-03-01', 'd')], later, forOne],
		['at another site', missing, [holder, delegates('2026-02-10', '2026-06-30', { site: elmCourt })], later, forOne],
		['for the whole provider', permits, [holder, delegates('2026-02-10', '2026-06-30', { site: null })], later, forOne],
		[
			'for another task',
			missing,
			[holder, delegates('2026-02-10', '2026-06-30', { privilege: 'administer-rescue' })],
			later,
			forOne,
		],
		[
			'for all tasks: it is of exactly one',
			missing,
			[holder, delegates('2026-02-10', '2026-06-30', { privilege: null })],
			later,
			forOne,
		],
		[
			'for two people, asked about the second',
			permits,
			[holder, given, delegates('2026-02-10', '2026-06-30', { person: 'R-18' })],
			later,
			forAnother,
		],
		['given before the sign-off', permits, [learnt, delegates('2026-01-20', '2026-06-30'), signed], later, forOne],
		[
			'the sign-off ends sooner',
			['competent', 'due-soon', '2027-02-02 00:00'],
			[holder, delegates('2026-02-10', '2028-06-30')],
			'2027-01-10',
			forOne,
		],
	],
	'a delegation is never enough': [
		['and not asked for before the sign-off', signOffMissing, [learnt], later, forOne],
		['not read', notStarted, [working, given], later, forOne],
		['not signed off', signOffMissing, [learnt, given], later, forOne],
		['run out, and nothing but the sign-off is missing', signOffMissing, [holder, given], '2027-03-01', forOne],
		[
			'run out, and the reading was taken back',
			expired,
			[holder, given, retracts('2027-02-20', 'read')],
			'2027-03-01',
			forOne,
		],
		['paused', paused, [holder, given, pauses('2026-03-01', { privilege: 'administer-insulin' })], later, forOne],
		[
			'withdrawn',
			withdrawnReady,
			[holder, given, withdraws('2026-03-01', { privilege: 'administer-insulin' })],
			later,
			forOne,
		],
		['left', left, [holder, given, leaves('2026-02-20', '2026-02-28')], later, forOne],
		['due soon stays due soon without it', ['delegation_missing', 'due-soon'], [holder], '2027-01-10', forOne],
		['what rests on it needs none itself', permits, [holder, rescueSigned], later, onInsulin],
		[
			'what rests on it, once it is paused',
			restsOnNothing,
			[holder, rescueSigned, pauses('2026-03-01', { privilege: 'administer-insulin' })],
			later,
			onInsulin,
		],
		['asked by name of what needs none', permits, [competent], later, { person: 'R-17' }],
	],
};
