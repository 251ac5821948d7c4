import {
	type Asked,
	later,
	permits,
	permitsDue,
	roundsShort,
	signOffMissing,
	signOffVoid,
	signOffVoidReady,
	type Tables,
	under,
} from '../cases.ts';
import {
	assessedOutside,
	awarded,
	competent,
	type Draft,
	elmCourt,
	firstSignOff,
	learned,
	leaves,
	lifts,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	retracts,
	round,
	rulesWith,
	signsOff,
	starts,
	threeRounds,
	watched,
	withdraws,
} from '../support.ts';

/** Lighter ways to a first sign-off: a new site, agency work; and working beside a colleague before it. */
const anywhere = [starts('2026-01-05 09:00', { site: null }), ...competent.slice(1)];
const newSite = (passes: number) => under({ newSite: { passes } });
const atElm: Asked = { ...newSite(1), site: elmCourt };
const seenThere = round('2026-03-05 08:10', { site: elmCourt });
const asked = '2026-03-10';
const signedThere = signsOff('2026-03-06', '2027-03-06', { site: elmCourt });
const three = [seenThere, round('2026-03-06 18:10', { site: elmCourt }), round('2026-03-07', { site: elmCourt })];
const pausedAtRose = pauses('2026-03-01', { id: 'p' });
const devices = privilegeOf(
	'administer-oral',
	oral.requirements.map((each) => (each.kind === 'observation' ? { ...each, variants: ['a', 'b'] } : each)),
);

const seenBoth = [round('2026-02-02 08:10', { variant: 'a' }), round('2026-02-03 18:10', { variant: 'b' })];

const record = awarded('2026-01-07', null, { award: 'agency-record' });
const agency = [starts('2026-01-05 09:00', { contract: 'agency' }), record, ...learned.slice(1)];
const agencyEverywhere = [starts('2026-01-05', { contract: 'agency', site: null }), ...agency.slice(1)];
const permanentToo = starts('2026-01-06 09:00', { site: null });
const seen = round('2026-02-02 08:10');
const signed = signsOff('2026-02-20 15:30', '2026-03-22', { id: 's' });

export const tables: Tables = {
	'a new site': [
		['signed off at the other, not seen here', roundsShort, [anywhere], asked, atElm],
		['seen here once', signOffMissing, [anywhere, seenThere], asked, atElm],
		[
			'seen here once, policy asks for two',
			roundsShort,
			[anywhere, seenThere],
			asked,
			{ ...newSite(2), site: elmCourt },
		],
		['policy asks for none', signOffMissing, [anywhere], asked, { ...newSite(0), site: elmCourt }],
		[
			'seen to be unsafe at a third since: nothing to lean on',
			roundsShort,
			[anywhere, seenThere, round('2026-03-06', { site: 'site-third', passed: false })],
			asked,
			atElm,
		],
		[
			'policy asks for more than the first time: no more than then',
			signOffMissing,
			[anywhere, three],
			asked,
			{ ...newSite(9), site: elmCourt },
		],
		[
			'routes are not asked for again',
			signOffMissing,
			[starts('2026-01-05', { site: null }), learned.slice(1), seenBoth, firstSignOff, seenThere],
			asked,
			{
				site: elmCourt,
				rules: rulesWith(policyWith({ newSite: { passes: 1 }, observation: { passes: 1 } }), [devices]),
			},
		],
		['the other is paused', roundsShort, [anywhere, pausedAtRose, seenThere], asked, atElm],
		[
			'the other was paused, and it was lifted',
			signOffMissing,
			[anywhere, pausedAtRose, lifts('2026-03-02', 'p'), seenThere],
			asked,
			atElm,
		],
		[
			'another privilege is paused there',
			signOffMissing,
			[anywhere, pauses('2026-03-01', { privilege: 'prompt' }), seenThere],
			asked,
			atElm,
		],
		[
			'everything is paused there',
			roundsShort,
			[anywhere, pauses('2026-03-01', { privilege: null }), seenThere],
			asked,
			atElm,
		],
		['the other was withdrawn', roundsShort, [anywhere, withdraws('2026-03-01'), seenThere], asked, atElm],
		[
			'the other was withdrawn, seen here three times',
			signOffMissing,
			[anywhere, withdraws('2026-03-01'), three],
			asked,
			atElm,
		],
		['the other is unsound', roundsShort, [anywhere, retracts('2026-03-01', 'round-1'), seenThere], asked, atElm],
		[
			'another privilege is signed off there',
			roundsShort,
			[
				[starts('2026-01-05', { site: null }), ...watched.slice(1)],
				{ ...firstSignOff, privilege: 'prompt' } as Draft,
				seenThere,
			],
			asked,
			atElm,
		],
		[
			'the last minute of the other',
			signOffMissing,
			[anywhere, round('2027-02-10', { site: elmCourt })],
			'2027-02-20 23:59',
			atElm,
		],
		['the minute after', roundsShort, [anywhere, round('2027-02-10', { site: elmCourt })], '2027-02-21 00:00', atElm],
		[
			'grace does not lengthen the other',
			roundsShort,
			[anywhere, round('2027-02-10', { site: elmCourt })],
			'2027-02-21 00:00',
			{ ...under({ newSite: { passes: 1 }, grace: 'P7D' }), site: elmCourt },
		],
		[
			'the newest there has run out, an older one has not',
			roundsShort,
			[
				anywhere,
				round('2026-02-21'),
				round('2026-02-22 18:10'),
				round('2026-02-23'),
				signsOff('2026-02-24', '2026-03-04'),
				seenThere,
			],
			asked,
			atElm,
		],
		[
			'the work there is over, the sign-off is not',
			signOffMissing,
			[competent, starts('2026-02-25', { site: elmCourt }), leaves('2026-02-25', '2026-02-28'), seenThere],
			asked,
			atElm,
		],
		['signed off here too', permits, [anywhere, seenThere, signedThere], asked, atElm],
		['signed off here without having been seen', signOffVoid, [anywhere, signedThere], asked, atElm],
		[
			'signed off here, paused there since',
			permits,
			[anywhere, seenThere, signedThere, pauses('2026-03-07')],
			asked,
			atElm,
		],
		[
			'signed off here, it has run out there since',
			permitsDue,
			[anywhere, seenThere, signedThere],
			'2027-03-01',
			atElm,
		],
		[
			'signed off here, that one was unsound all along',
			signOffVoid,
			[anywhere, seenThere, signedThere, retracts('2026-03-08', 'round-1')],
			asked,
			atElm,
		],
		['assessed outside', signOffMissing, [anywhere, assessedOutside('2026-03-01', { site: elmCourt })], asked, atElm],
		[
			'a sign-off for the whole provider is sound only where somebody was seen',
			signOffVoid,
			[[starts('2026-01-05', { site: null }), ...watched.slice(1)], { ...firstSignOff, siteId: null } as Draft],
			asked,
			atElm,
		],
		[
			'a sign-off for the whole provider makes no site new',
			signOffVoid,
			[
				[starts('2026-01-05', { site: null }), ...watched.slice(1)],
				{ ...firstSignOff, siteId: null } as Draft,
				seenThere,
				signedThere,
			],
			asked,
			atElm,
		],
	],
	'agency work': [
		['not seen here', roundsShort, [agency]],
		['seen here once', signOffMissing, [agency, seen]],
		['seen here once, policy asks for two', roundsShort, [agency, seen], later, under({ agency: { passes: 2 } })],
		['policy asks for none', signOffMissing, [agency], later, under({ agency: { passes: 0 } })],
		[
			'policy asks for more than the first time: no more than then',
			signOffMissing,
			[agency, threeRounds],
			later,
			under({ agency: { passes: 9 } }),
		],
		['permanent as well', roundsShort, [agency, permanentToo, seen]],
		[
			'agency elsewhere only',
			roundsShort,
			[starts('2026-01-05', { contract: 'agency', site: elmCourt }), learned, seen],
		],
		['routes are not asked for', signOffMissing, [agency, seen], later, { rules: rulesWith(policyWith(), [devices]) }],
		['signed off: the window is a third of the thirty days', permits, [agency, seen, signed], '2026-03-11 23:59'],
		['and in it', permitsDue, [agency, seen, signed], '2026-03-12 00:00'],
		['signed off, permanent since', permitsDue, [agency, seen, signed, starts('2026-02-25', { site: null })]],
		[
			'permanent when it was signed off on one round, agency since',
			signOffVoidReady,
			[
				[starts('2026-01-05', { id: 'perm' }), starts('2026-01-05', { contract: 'agency', site: null })],
				record,
				learned.slice(1),
				seen,
				signed,
				leaves('2026-02-21', '2026-02-22'),
			],
		],
		[
			'signed off before the record was seen: it is asked for each time',
			permits,
			[
				[starts('2026-01-05 09:00', { contract: 'agency' }), ...learned.slice(1)],
				seen,
				signed,
				awarded('2026-02-25', null, { award: 'agency-record' }),
			],
		],
		[
			'signed off as agency at another site of ours: it makes no site new, and one round here is enough',
			signOffMissing,
			[
				agencyEverywhere,
				round('2026-02-02', { site: elmCourt }),
				signsOff('2026-02-03', '2026-03-05', { site: elmCourt }),
				seen,
			],
			later,
			under({ newSite: { passes: 2 } }),
		],
	],
};
