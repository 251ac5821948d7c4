import type { PrivilegeCode } from '../../../app/domain/privilege.ts';
import { type Asked, later, permits, prerequisiteFirst, restsOnNothing, type Tables } from '../cases.ts';
import {
	allowsOnCall,
	assess,
	competent,
	elmCourt,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	prompt,
	retracts,
	round,
	rulesWith,
	signsOff,
	starts,
	withdraws,
} from '../support.ts';

/** A stop holds whatever rests on it, at any depth: no override goes round it (content/rules.md, "Stops"). */
const upon = (privilege: PrivilegeCode) => ({ kind: 'prerequisite' as const, privilege });
const signed = { kind: 'sign-off' as const, by: ['manager' as const] };
const audit = privilegeOf('audit-mar', [upon('assess'), signed], ['senior']);
const review = privilegeOf('review-incident', [upon('audit-mar'), signed], ['senior']);
const deep: Asked = { privilege: 'audit-mar', rules: rulesWith(policyWith(), [oral, assess, prompt, audit, review]) };
const deeper: Asked = { ...deep, privilege: 'review-incident' };
const senior = [starts('2026-01-05 09:00', { role: 'senior' }), ...competent.slice(1)];
const holder = [
	...senior,
	signsOff('2026-02-21', '2028-02-21', { privilege: 'assess' }),
	signsOff('2026-02-22', '2028-02-22', { privilege: 'audit-mar' }),
	signsOff('2026-02-22', '2028-02-22', { privilege: 'review-incident' }),
];
const call = (privilege: PrivilegeCode, from = '2026-03-02 08:00') =>
	allowsOnCall(from, '2026-03-02 20:00', { privilege });
const allowed = ['override_active', 'paused', '2026-03-02 20:00'] as const;

/** Signed off when `assess` still rested on oral medicines; its file asks for nothing now. */
const alone = privilegeOf('assess', [signed], ['senior']);
const asItWas: Asked = {
	privilege: 'assess',
	rules: {
		...rulesWith(policyWith(), [oral, alone]),
		earlier: { policies: new Map(), privileges: new Map([['assess-1', assess]]), checklists: new Map() },
	},
};
const ofVersion = [...senior, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess', version: 'assess-1' })];
/** Signed off when it rested on nothing; its file asks for oral medicines now. */
const asItIs: Asked = {
	privilege: 'assess',
	rules: {
		...rulesWith(policyWith(), [oral, assess]),
		earlier: { policies: new Map(), privileges: new Map([['assess-0', alone]]), checklists: new Map() },
	},
};
const ofNothing = [...senior, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess', version: 'assess-0' })];

export const tables: Tables = {
	'break-glass for what rests on something': [
		['two steps down it is paused', restsOnNothing, [holder, pauses('2026-03-01'), call('audit-mar')], later, deep],
		['three steps down', restsOnNothing, [holder, pauses('2026-03-01'), call('review-incident')], later, deeper],
		[
			'it was open before the pause',
			restsOnNothing,
			[holder, call('review-incident'), pauses('2026-03-02 09:00')],
			later,
			deeper,
		],
		[
			'until the minute before the pause it is not needed',
			permits,
			[holder, call('review-incident'), pauses('2026-03-02 09:00')],
			'2026-03-02 08:59',
			deeper,
		],
		[
			'two steps down it is withdrawn',
			restsOnNothing,
			[holder, withdraws('2026-03-01'), call('audit-mar')],
			later,
			deep,
		],
		[
			'everything is paused for the whole provider',
			['paused_review', 'paused'],
			[holder, pauses('2026-03-01', { privilege: null, site: null }), call('audit-mar')],
			later,
			deep,
		],
		[
			'two steps down a critical line was missed',
			restsOnNothing,
			[holder, round('2026-03-01', { passed: false }), call('audit-mar')],
			later,
			deep,
		],
		[
			'two steps down too many minor lines were missed, long ago',
			allowed,
			[holder, round('2026-02-22', { passed: false, criticalMissed: [] }), call('audit-mar')],
			later,
			deep,
		],
		[
			'two steps down a round was taken back: no stop',
			allowed,
			[holder, retracts('2026-03-01', 'round-1'), call('audit-mar')],
			later,
			deep,
		],
		[
			'two steps down it is paused at another site',
			permits,
			[holder, pauses('2026-03-01', { site: elmCourt }), call('audit-mar')],
			later,
			deep,
		],
		[
			'under 18 without a decision about what is two steps down',
			['under_18_no_decision', 'paused'],
			[[starts('2026-01-05 09:00', { role: 'senior', adultOn: '2027-01-01' }), ...holder.slice(1)], call('audit-mar')],
			later,
			deep,
		],
		[
			'an override two steps down carries nothing',
			restsOnNothing,
			[holder, retracts('2026-03-01', 'round-1'), call('administer-oral')],
			later,
			deep,
		],
		[
			'never begun, and what it rests on is paused',
			prerequisiteFirst,
			[[senior[0] ?? [], pauses('2026-03-01')].flat(), call('audit-mar')],
			later,
			deep,
		],
		[
			'what it rests on is not known',
			restsOnNothing,
			[holder, call('assess')],
			later,
			{ privilege: 'assess', rules: rulesWith(policyWith(), [assess]) },
		],
	],
	'the version that the sign-off was made under': [
		['asked for oral medicines, which are fine', permits, [ofVersion], later, asItWas],
		['asked for oral medicines, which are paused', restsOnNothing, [ofVersion, pauses('2026-03-01')], later, asItWas],
		[
			'and break-glass does not go round it',
			restsOnNothing,
			[ofVersion, pauses('2026-03-01'), call('assess')],
			later,
			asItWas,
		],
		[
			'asked for oral medicines, which have lost a round',
			allowed,
			[ofVersion, retracts('2026-03-01', 'round-1'), call('assess')],
			later,
			asItWas,
		],
		[
			'asked for nothing; the file asks since for what is paused',
			permits,
			[ofNothing, pauses('2026-03-01')],
			later,
			asItIs,
		],
		[
			'asked for nothing and has run out: break-glass does not go round what the file asks',
			['expired', 'expired'],
			[
				[...senior, signsOff('2026-02-21', '2026-02-28', { privilege: 'assess', version: 'assess-0' })],
				pauses('2026-03-01'),
				call('assess'),
			],
			later,
			asItIs,
		],
	],
};
