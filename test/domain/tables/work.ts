import {
	elsewhere,
	later,
	left,
	moduleMissing,
	notRequired,
	notStarted,
	permits,
	roundsShort,
	type Tables,
	unknown,
} from '../cases.ts';
import {
	competent,
	elmCourt,
	firstSignOff,
	learned,
	leaves,
	oral,
	policyWith,
	reads,
	retracts,
	round,
	rulesWith,
	sitsQuiz,
	starts,
	threeRounds,
	working,
} from '../support.ts';

/** Who works where, and until when. */
const onlyOral = rulesWith(policyWith(), [oral]);
const everywhere = [starts('2026-01-05', { site: null }), ...competent.slice(1)];
const notice = leaves('2026-03-01', '2026-03-31');
const noticeEverywhere = leaves('2026-03-01', '2026-03-31', { site: null });
const gone = leaves('2026-03-01', '2026-03-02');
const startsElm = starts('2026-01-05', { site: elmCourt });
const leavesElm = leaves('2026-03-01', '2026-03-02', { site: elmCourt });
const asAdministrator = starts('2026-01-05', { role: 'administrator' });
const read = reads('2026-01-12');
const passed = sitsQuiz('2026-01-13');
const notPassed = sitsQuiz('2026-01-13', false);

export const tables: Tables = {
	work: [
		['nothing is known of the person', notRequired, []],
		['a privilege that the rules do not have', unknown, [competent], later, { privilege: 'prompt', rules: onlyOral }],
		['an unknown privilege comes before never employed', unknown, [], later, { privilege: 'administer-insulin' }],
		['signed off but never employed', notRequired, [threeRounds, firstSignOff]],
		['employed at another site only', elsewhere, [competent], later, { site: elmCourt }],
		['a site nobody has heard of', elsewhere, [competent], later, { site: 'nowhere' }],
		['works provider-wide: asked at a site without rounds', roundsShort, [everywhere], later, { site: elmCourt }],
		['works provider-wide: asked where signed off', permits, [everywhere]],
		['the minute before work begins', notRequired, [starts('2026-01-05 09:00'), learned.slice(1)], '2026-01-05 08:59'],
		['the minute work begins', notStarted, [starts('2026-01-05 09:00')], '2026-01-05 09:00'],
		['notice given, the last day is not here yet', permits, [competent, notice], '2026-03-20'],
		['the last minute of the last day at work, in summer time', permits, [competent, notice], '2026-03-31 23:59'],
		['the minute after the last day at work', left, [competent, notice], '2026-04-01 00:00'],
		['left with no notice: still today', permits, [competent, leaves(later, '2026-03-02')], '2026-03-02 23:59'],
		['left, with a last day in the past', left, [competent, leaves(later, '2026-03-01')]],
		['left long ago', left, [competent, notice], '2026-12-01'],
		['left everywhere, asked at another site', left, [competent, noticeEverywhere], '2026-12-01', { site: elmCourt }],
		['left provider-wide ends work at one site', left, [competent, noticeEverywhere], '2026-04-02'],
		['left Elm Court, works on at Rose House', permits, [startsElm, competent, leavesElm], '2026-04-02'],
		['left Elm Court, asked there', left, [startsElm, competent, leavesElm], '2026-04-02', { site: elmCourt }],
		['left Rose House, still provider-wide', permits, [everywhere, gone], '2026-04-02'],
		['left and came back', permits, [competent, gone, starts('2026-03-20')], '2026-04-02'],
		[
			'left, and the leaving was entered in error',
			permits,
			[competent, { ...gone, id: 'gone' }, retracts('2026-03-03', 'gone')],
			'2026-04-02',
		],
		['employed, in a role that the privilege is not for', notRequired, [asAdministrator]],
		['one of two roles is enough', notStarted, [asAdministrator, working]],
		['in a role that it is not for: reading alone changes nothing', notRequired, [asAdministrator, read]],
		['in a role that it is not for, its quiz passed', moduleMissing, [asAdministrator, passed]],
		['in a role that it is not for, its quiz not passed', notRequired, [asAdministrator, notPassed]],
		[
			'in a role that it is not for, another quiz passed',
			notRequired,
			[asAdministrator, sitsQuiz('2026-01-13', true, { quiz: 'x' })],
		],
		['in a role that it is not for, watched once here', moduleMissing, [asAdministrator, round('2026-02-02')]],
		[
			'in a role that it is not for, watched elsewhere',
			notRequired,
			[asAdministrator, round('2026-02-02', { site: elmCourt })],
		],
		['in a role that it is not for, but signed off', permits, [asAdministrator, competent.slice(1)]],
	],
};
