import type { PrivilegeCode } from '../../../app/domain/privilege.ts';
import {
	type Asked,
	later,
	notRequired,
	paused,
	permits,
	prerequisiteFirst,
	restsOnNothing,
	signOffMissing,
	type Tables,
	unknown,
} from '../cases.ts';
import {
	assess,
	competent,
	elmCourt,
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
	withdraws,
	working,
} from '../support.ts';

/** What rests on something else. */
const assessor = [starts('2026-01-05 09:00', { role: 'senior' }), ...competent.slice(1)];
const mayAssess = [...assessor, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess', id: 'assess-1' })];
const asAssessor: Asked = { privilege: 'assess' };
const onlyAssess = rulesWith(policyWith(), [assess]);
const upon = (privilege: PrivilegeCode) => ({ kind: 'prerequisite' as const, privilege });
const signed = { kind: 'sign-off' as const, by: ['manager' as const] };
const loop = rulesWith(policyWith(), [
	privilegeOf('audit-mar', [upon('review-incident'), signed]),
	privilegeOf('review-incident', [upon('audit-mar'), signed]),
	privilegeOf('transcribe-mar', [upon('transcribe-mar'), signed]),
	privilegeOf('reconcile-stock', [upon('audit-mar'), signed]),
	privilegeOf('receive-delivery', [upon('return-or-dispose'), signed]),
	privilegeOf('return-or-dispose', [upon('give-homely-remedy'), signed]),
	privilegeOf('give-homely-remedy', [upon('receive-delivery'), signed]),
]);
const looped = (privilege: PrivilegeCode): Asked => ({ privilege, rules: loop });
const onItself = signsOff('2026-02-01', '2027-02-01', { privilege: 'transcribe-mar' });
const bothSigned = [
	...working,
	signsOff('2026-02-01', '2027-02-01', { privilege: 'audit-mar' }),
	signsOff('2026-02-01', '2027-02-01', { privilege: 'review-incident' }),
];

const pausedOnce = pauses('2026-03-01', { id: 'pause-1' });
const lifted = lifts('2026-03-02 09:00', 'pause-1');
const withdrawal = withdraws('2026-03-01');
const roundTakenBack = retracts('2026-03-01', 'round-2');
const watchedAgain = [round('2026-06-02'), round('2026-06-03'), round('2026-06-04 20:00')];

const chain = rulesWith(policyWith(), [
	oral,
	assess,
	privilegeOf('audit-mar', [upon('assess'), signed], ['senior']),
	privilegeOf('review-incident', [upon('assess'), upon('administer-oral'), signed], ['senior']),
]);
const inChain = (privilege: PrivilegeCode): Asked => ({ privilege, rules: chain });
const chainSigned = [
	...mayAssess,
	signsOff('2026-02-22', '2028-02-22', { privilege: 'audit-mar' }),
	signsOff('2026-02-22', '2028-02-22', { privilege: 'review-incident' }),
];

export const tables: Tables = {
	'what it rests on': [
		['an assessor who is competent', permits, [mayAssess], later, asAssessor],
		['competent, but not signed off to assess', signOffMissing, [assessor], later, asAssessor],
		['a carer is not asked to assess', notRequired, [competent], later, asAssessor],
		[
			'to be an assessor, not competent yet',
			prerequisiteFirst,
			[starts('2026-01-05', { role: 'senior' })],
			later,
			asAssessor,
		],
		['what it rests on is paused', restsOnNothing, [mayAssess, pausedOnce], later, asAssessor],
		['what it rests on is paused and lifted', permits, [mayAssess, pausedOnce, lifted], later, asAssessor],
		['what it rests on is withdrawn', restsOnNothing, [mayAssess, withdrawal], later, asAssessor],
		['what it rests on loses a round', restsOnNothing, [mayAssess, roundTakenBack], later, asAssessor],
		['what it rests on has run out', restsOnNothing, [mayAssess], '2027-02-21 00:00', asAssessor],
		['what it rests on is due, itself it is not', permits, [mayAssess], '2027-02-20 23:59', asAssessor],
		[
			'what it rests on was renewed',
			permits,
			[mayAssess, watchedAgain, signsOff('2026-07-01', '2027-12-31')],
			'2027-06-01',
			asAssessor,
		],
		['itself paused', paused, [mayAssess, pauses('2026-03-01', { privilege: 'assess' })], later, asAssessor],
		[
			'itself withdrawn leaves what it rests on',
			permits,
			[mayAssess, withdraws('2026-03-01', { privilege: 'assess' })],
		],
		[
			'what it rests on is not among the rules',
			restsOnNothing,
			[mayAssess],
			later,
			{ ...asAssessor, rules: onlyAssess },
		],
	],
	loops: [
		['two that rest on each other, nothing signed', unknown, [working], later, looped('audit-mar')],
		['two that rest on each other, both signed', unknown, [bothSigned], later, looped('audit-mar')],
		['and the other way round', unknown, [bothSigned], later, looped('review-incident')],
		['a privilege that rests on itself', unknown, [bothSigned, onItself], later, looped('transcribe-mar')],
	],
	'a graph of them': [
		['two steps down all is well', permits, [chainSigned], later, inChain('audit-mar')],
		['two steps down something is paused', restsOnNothing, [chainSigned, pausedOnce], later, inChain('audit-mar')],
		[
			'the step between is paused',
			restsOnNothing,
			[chainSigned, pauses('2026-03-01', { privilege: 'assess' })],
			later,
			inChain('audit-mar'),
		],
		[
			'the step between is paused: what is under it is not',
			permits,
			[chainSigned, pauses('2026-03-01', { privilege: 'assess' })],
			later,
			inChain('administer-oral'),
		],
		[
			'two ways down to one that is paused',
			restsOnNothing,
			[chainSigned, pausedOnce],
			later,
			inChain('review-incident'),
		],
		['two ways down, all is well', permits, [chainSigned], later, inChain('review-incident')],
		[
			'good until what is two steps down ends',
			['competent', 'competent', '2027-02-21 00:00'],
			[chainSigned],
			later,
			inChain('audit-mar'),
		],
		[
			'what is two steps down is due soon, itself it is not',
			permits,
			[chainSigned],
			'2027-01-10',
			inChain('audit-mar'),
		],
		[
			'signed off before what it rests on was: asked for each time',
			permits,
			[
				starts('2026-01-05 09:00', { role: 'senior' }),
				signsOff('2026-01-06', '2028-01-06', { privilege: 'assess' }),
				competent.slice(1),
			],
			later,
			asAssessor,
		],
		[
			'held at another site only',
			prerequisiteFirst,
			[starts('2026-01-05', { role: 'senior', site: null }), competent.slice(1)],
			later,
			{ ...asAssessor, site: elmCourt },
		],
		[
			'what rests on a loop',
			['prerequisite_missing', 'paused'],
			[bothSigned, signsOff('2026-02-01', '2027-02-01', { privilege: 'reconcile-stock' })],
			later,
			looped('reconcile-stock'),
		],
		['a loop of three', unknown, [bothSigned], later, looped('receive-delivery')],
		[
			'a loop is unknown to somebody who has left too',
			unknown,
			[bothSigned, leaves('2026-02-01', '2026-02-02')],
			later,
			looped('audit-mar'),
		],
	],
};
