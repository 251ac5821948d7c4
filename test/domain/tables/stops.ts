import {
	expired,
	later,
	left,
	paused,
	permits,
	signOffVoid,
	type Tables,
	withdrawn,
	withdrawnReady,
} from '../cases.ts';
import {
	competent,
	elmCourt,
	learned,
	leaves,
	lifts,
	pauses,
	retracts,
	round,
	signsOff,
	withdraws,
	working,
} from '../support.ts';

/** Pauses and withdrawals. */
const pausedOnce = pauses('2026-03-01', { id: 'pause-1' });
const pausedTwice = pauses('2026-03-01', { id: 'pause-2' });
const pausedForAll = pauses('2026-03-01', { id: 'all', privilege: null });
const lifted = lifts('2026-03-02 09:00', 'pause-1');
const withdrawal = withdraws('2026-03-01');
const again = [round('2026-03-10'), round('2026-03-11'), round('2026-03-12 20:00')];
const inOneInstant = [
	withdraws('2026-03-01', { privilege: 'prompt' }),
	signsOff('2026-03-01', '2027-03-01', { privilege: 'prompt' }),
];
const signedAgain = signsOff('2026-03-13', '2027-03-13');

export const tables: Tables = {
	pauses: [
		['paused for this privilege', paused, [competent, pausedOnce]],
		['the minute before the pause', permits, [competent, pausedOnce], '2026-03-01 11:59'],
		['the minute of the pause', paused, [competent, pausedOnce], '2026-03-01 12:00'],
		['a pause does not end by itself', paused, [competent, pausedOnce], '2026-12-01'],
		['paused for all privileges', paused, [competent, pauses('2026-03-01', { privilege: null })]],
		[
			'paused for all privileges at all sites',
			paused,
			[competent, pauses('2026-03-01', { privilege: null, site: null })],
		],
		['paused for another privilege', permits, [competent, pauses('2026-03-01', { privilege: 'prompt' })]],
		['paused at another site', permits, [competent, pauses('2026-03-01', { site: elmCourt })]],
		['paused while still in training', paused, [learned, pausedOnce]],
		['paused, and the sign-off ran out meanwhile', paused, [competent, pausedOnce], '2027-05-01'],
		['paused and left', left, [competent, pausedOnce, leaves('2026-03-01', '2026-03-01')]],
		['lifted', permits, [competent, pausedOnce, lifted]],
		['the minute before it is lifted', paused, [competent, pausedOnce, lifted], '2026-03-02 08:59'],
		[
			'lifted after the sign-off ran out',
			expired,
			[competent, pausedOnce, lifts('2027-04-01', 'pause-1')],
			'2027-05-01',
		],
		['two pauses, one lifted', paused, [competent, pausedOnce, pausedTwice, lifted]],
		['two pauses, both lifted', permits, [competent, pausedOnce, pausedTwice, lifted, lifts(later, 'pause-2')]],
		['lifted, then paused again', paused, [competent, pausedOnce, lifted, pauses('2026-03-02 09:30')]],
		['a lifting of some other pause', paused, [competent, pausedOnce, lifts('2026-03-02 09:00', 'another')]],
		['a pause for all, lifted for this privilege only', permits, [competent, pausedForAll, lifts(later, 'all')]],
		[
			'a pause for all, lifted by what is said of another privilege: it is named, so it is lifted',
			permits,
			[competent, pausedForAll, lifts(later, 'all', { privilege: 'prompt' })],
		],
		[
			'a lifting from another site: it is named, so it is lifted',
			permits,
			[competent, pausedOnce, { ...lifted, siteId: elmCourt }],
		],
		['a pause entered in error', permits, [competent, pausedOnce, retracts('2026-03-01 13:00', 'pause-1')]],
		[
			'a lifting entered in error',
			paused,
			[competent, pausedOnce, { ...lifted, id: 'lifting' }, retracts(later, 'lifting')],
		],
	],
	withdrawals: [
		['withdrawn', withdrawn, [competent, withdrawal]],
		['the minute before the withdrawal', permits, [competent, withdrawal], '2026-03-01 11:59'],
		['a withdrawal comes before a pause', withdrawn, [competent, pausedOnce, withdrawal]],
		['withdrawn at another site', permits, [competent, withdraws('2026-03-01', { site: elmCourt })]],
		['withdrawn for another privilege', permits, [competent, withdraws('2026-03-01', { privilege: 'prompt' })]],
		['withdrawn provider-wide', withdrawn, [competent, withdraws('2026-03-01', { site: null })]],
		[
			'withdrawn, then signed off on the old rounds',
			signOffVoid,
			[competent, withdrawal, signsOff(later, '2027-03-02')],
		],
		['withdrawn, then watched again', withdrawnReady, [competent, withdrawal, again], '2026-03-20'],
		['withdrawn, then new rounds and a sign-off', permits, [competent, withdrawal, again, signedAgain], '2026-03-20'],
		[
			'withdrawn, signed off again, paused',
			paused,
			[competent, withdrawal, again, signedAgain, pauses('2026-03-14')],
			'2026-03-20',
		],
		['withdrawn twice', withdrawn, [competent, withdrawal, again, signedAgain, withdraws('2026-03-15')], '2026-03-20'],
		['a withdrawal entered in error', permits, [competent, { ...withdrawal, id: 'wrong' }, retracts(later, 'wrong')]],
		[
			'a sign-off and a withdrawal in one instant',
			withdrawn,
			[competent, again, signedAgain, withdraws('2026-03-13')],
			'2026-03-20',
		],
		['a withdrawal and a sign-off in one instant', permits, [learned, inOneInstant], later, { privilege: 'prompt' }],
		['withdrawn before anything else', withdrawn, [working, withdrawal]],
	],
};
