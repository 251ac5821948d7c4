import {
	type Answer,
	type Asked,
	asking,
	elsewhere,
	expired,
	later,
	left,
	paused,
	permits,
	roundsShort,
	type Tables,
	under,
	withdrawn,
} from '../cases.ts';
import {
	allowsAlone,
	allowsOnCall,
	awarded,
	away,
	competent,
	elmCourt,
	learned,
	leaves,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	retracts,
	round,
	rulesWith,
	signsOff,
	starts,
	withdraws,
} from '../support.ts';

/** At night: a second check by telephone, and cover from a sister site. */
const witnessedOral = { ...oral, witness: 'witness-controlled-drug' as const };
const upon = privilegeOf(
	'assess',
	[
		{ kind: 'prerequisite', privilege: 'administer-oral' },
		{ kind: 'sign-off', by: ['manager'] },
	],
	['senior'],
);
const witnessed: Asked = { rules: rulesWith(policyWith(), [witnessedOral, upon]) };
const alone = allowsAlone('2026-03-02 08:00', '2026-03-02 20:00', { id: 'alone' });
const byTelephone: Answer = ['second_check_by_telephone', 'competent', '2026-03-02 20:00'];
const onCall = allowsOnCall('2026-03-02 08:00', '2026-03-02 20:00');
const senior = [starts('2026-01-05 09:00', { role: 'senior' }), ...competent.slice(1)];

const atElm: Asked = { site: elmCourt };
const cover = { ...onCall, siteId: elmCourt };
const covers: Answer = ['override_active', 'not-required', '2026-03-02 20:00'];
const insulin = asking('administer-insulin', { kind: 'delegation' });

const _agency = [starts('2026-01-05', { contract: 'agency' }), ...competent.slice(1)];
const _record = awarded('2026-01-07', '2026-03-31', { award: 'agency-record' });

export const tables: Tables = {
	'giving alone with a second check by telephone': [
		['allowed', byTelephone, [competent, alone], later, witnessed],
		['the minute before', permits, [competent, alone], '2026-03-02 07:59', witnessed],
		['its last minute', byTelephone, [competent, alone], '2026-03-02 19:59', witnessed],
		['the minute it ends', permits, [competent, alone], '2026-03-02 20:00', witnessed],
		['where no witness is asked for it says nothing', permits, [competent, alone], later],
		[
			'due soon stays due soon',
			['second_check_by_telephone', 'due-soon', '2027-01-10 20:00'],
			[competent, allowsAlone('2027-01-10 08:00', '2027-01-10 20:00')],
			'2027-01-10 10:00',
			witnessed,
		],
		[
			'no longer than the sign-off',
			['second_check_by_telephone', 'due-soon', '2027-02-21 00:00'],
			[competent, allowsAlone('2027-02-20 20:00', '2027-02-21 08:00')],
			'2027-02-20 21:00',
			witnessed,
		],
		[
			'two: the one that ends last',
			['second_check_by_telephone', 'competent', '2026-03-02 22:00'],
			[competent, alone, allowsAlone('2026-03-02 09:00', '2026-03-02 22:00')],
			later,
			witnessed,
		],
		['not competent', roundsShort, [learned, alone], later, witnessed],
		[
			'run out',
			expired,
			[competent, allowsAlone('2027-03-01 08:00', '2027-03-01 20:00')],
			'2027-03-01 10:00',
			witnessed,
		],
		['paused since', paused, [competent, alone, pauses('2026-03-02 09:00')], later, witnessed],
		['withdrawn since', withdrawn, [competent, alone, withdraws('2026-03-02 09:00')], later, witnessed],
		[
			'somebody allowed on call stays that: never both',
			['override_active', 'ready-to-observe', '2026-03-02 20:00'],
			[learned, onCall, alone],
			later,
			witnessed,
		],
		['at another site', permits, [competent, { ...alone, siteId: elmCourt }], later, witnessed],
		[
			'for the whole provider: it is of exactly one site',
			permits,
			[competent, { ...alone, siteId: null }],
			later,
			witnessed,
		],
		['for another privilege', permits, [competent, { ...alone, privilege: 'prompt' }], later, witnessed],
		['it was entered in error', permits, [competent, alone, retracts('2026-03-02 09:00', 'alone')], later, witnessed],
		[
			'what rests on it is held all the same',
			permits,
			[senior, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess' }), alone],
			later,
			{ ...witnessed, privilege: 'assess' },
		],
	],
	'cover from a sister site': [
		['competent at the other site', covers, [competent, cover], later, atElm],
		['without an override: not here', elsewhere, [competent], later, atElm],
		['an override at the other site only', elsewhere, [competent, onCall], later, atElm],
		['not competent there', elsewhere, [learned, cover], later, atElm],
		['allowed on call there: that vouches for nothing', elsewhere, [learned, onCall, cover], later, atElm],
		['paused there', elsewhere, [competent, cover, pauses('2026-03-02 09:00')], later, atElm],
		['paused here', elsewhere, [competent, cover, pauses('2026-03-02 09:00', { site: elmCourt })], later, atElm],
		[
			'paused everywhere',
			elsewhere,
			[competent, cover, pauses('2026-03-02 09:00', { site: null, privilege: null })],
			later,
			atElm,
		],
		['withdrawn there', elsewhere, [competent, cover, withdraws('2026-03-01')], later, atElm],
		[
			'withdrawn here long ago',
			elsewhere,
			[competent, cover, withdraws('2026-02-01', { site: elmCourt })],
			later,
			atElm,
		],
		[
			'a critical line was missed there',
			elsewhere,
			[competent, cover, round('2026-03-01', { passed: false })],
			later,
			atElm,
		],
		[
			'due there',
			elsewhere,
			[competent, cover, away('2026-02-25', '2026-02-21', '2026-02-25')],
			later,
			{ ...under({ absence: { longest: 'P1D', asks: 'observation' } }), site: elmCourt },
		],
		['left the provider', left, [competent, cover, leaves('2026-02-25', '2026-02-28')], later, atElm],
		[
			'worked here once, and still works there',
			left,
			[
				starts('2026-01-05', { site: elmCourt }),
				competent,
				leaves('2026-02-01', '2026-02-10', { site: elmCourt }),
				cover,
			],
			later,
			atElm,
		],
		[
			'the answer there ends first',
			['override_active', 'not-required', '2027-02-21 00:00'],
			[competent, allowsOnCall('2027-02-20 20:00', '2027-02-21 08:00', { site: elmCourt })],
			'2027-02-20 21:00',
			atElm,
		],
		[
			'works at this site too: no cover, and nothing is learned here',
			['override_active', 'ready-to-observe', '2026-03-02 20:00'],
			[starts('2026-01-05', { site: elmCourt }), competent, cover],
			later,
			atElm,
		],
		[
			'a task that is delegated',
			elsewhere,
			[
				starts('2026-01-05'),
				signsOff('2026-02-01', '2027-02-01', { privilege: 'administer-insulin' }),
				{ ...cover, privilege: 'administer-insulin' },
			],
			later,
			{ ...insulin, site: elmCourt, person: 'R-17' },
		],
		[
			'under 18 without a decision',
			elsewhere,
			[starts('2026-01-05', { adultOn: '2027-01-01' }), competent.slice(1), cover],
			later,
			atElm,
		],
		[
			'what rests on it is not held by cover',
			['site_induction_missing', 'not-required'],
			[senior, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess' }), cover],
			later,
			{ ...atElm, privilege: 'assess' },
		],
		[
			'the one they cover for rests on what is paused there',
			elsewhere,
			[
				senior,
				signsOff('2026-02-21', '2028-02-21', { privilege: 'assess' }),
				pauses('2026-03-01'),
				{ ...cover, privilege: 'assess' },
			],
			later,
			{ ...atElm, privilege: 'assess' },
		],
	],
};
