import type { Settling } from '../../../app/domain/rules.ts';
import {
	type Answer,
	type Asked,
	beside,
	documentDue,
	expired,
	later,
	permits,
	permitsDue,
	roundDue,
	type Tables,
} from '../cases.ts';
import {
	assess,
	away,
	competent,
	declares,
	lifts,
	moment,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	retracts,
	round,
	rulesWith,
	signsOff,
	supervised,
	watched,
	withdraws,
} from '../support.ts';

/** A newer policy asks holders no sooner than its grace ends, or than the older one would have (content/rules.md, "When policy changes"). */
type Numbers = Parameters<typeof policyWith>[0];
const declaring = privilegeOf('administer-oral', [
	...oral.requirements,
	{ kind: 'declaration', document: 'medicines' },
]);
const settled = (now: Numbers, ...older: [Numbers, until: string][]): Asked => ({
	rules: {
		...rulesWith(policyWith(now), [declaring, assess]),
		settling: older.map(([numbers, until]): Settling => ({ policy: policyWith(numbers), until: moment(until) })),
	},
});
const version = (documents: number): Numbers => ({ documents: { medicines: documents } });
const readOnce = declares('2026-01-10', 1, { document: 'medicines', id: 'first' });
const readTwice = declares('2026-03-10', 2, { document: 'medicines' });
const holder = [readOnce, ...competent];
const raised = settled(version(2), [version(1), '2026-03-15 00:00']);
const until: Answer = ['competent', 'due-soon', '2026-03-15 00:00'];

const check = (every?: string, more: Numbers = {}): Numbers => ({
	...more,
	privileges: every ? { 'administer-oral': { spotCheck: every } } : {},
});
const absence = (longest: string, asks: 'nothing' | 'observation' = 'observation'): Numbers => ({
	absence: { longest, asks },
});
const lateEntry = round('2026-03-01 08:00', { signed: '2026-03-02 09:00' });
const gone = away('2026-02-21', '2026-02-21', null);

export const tables: Tables = {
	'a document is raised': [
		['read in the older version', until, [holder], later, raised],
		['the last minute of grace', permitsDue, [holder], '2026-03-14 23:59', raised],
		['the minute after', documentDue, [holder], '2026-03-15 00:00', raised],
		['read in time', permits, [holder, readTwice], '2026-03-20', raised],
		['urgent: no grace', documentDue, [holder], later, settled(version(2))],
		['grace that is over', documentDue, [holder], later, settled(version(2), [version(1), '2026-03-01 00:00'])],
		['never read at all: the older policy would not have had it either', documentDue, [competent], later, raised],
		['the older reading was taken back', documentDue, [holder, retracts('2026-03-01', 'first')], later, raised],
		[
			'asked for the first time',
			['competent', 'due-soon', '2026-03-15 00:00'],
			[holder],
			later,
			settled(version(2), [version(1), '2026-03-15 00:00']),
		],
		['not signed off yet: asked at once', ['declaration_missing', 'in-training'], [readOnce, watched], later, raised],
		['paused comes first', ['paused_review', 'paused'], [holder, pauses('2026-03-01')], later, raised],
		[
			'somebody signed off since, on the older version',
			documentDue,
			[readOnce, watched, signsOff('2026-03-16', '2027-03-16')],
			'2026-03-17',
			raised,
		],
		[
			'grace is for numbers, not for a pause that was lifted on a round',
			roundDue,
			[holder, pauses('2026-03-01', { id: 'p' }), lifts('2026-03-01 18:00', 'p', { asks: 'observation' })],
			later,
			raised,
		],
		['nor for a failed round', roundDue, [holder, round('2026-03-01', { passed: false })], later, raised],
		[
			'whoever practises beside a colleague goes on doing that',
			beside,
			[holder, round('2026-03-01', { passed: false }), supervised('2026-03-01 18:00')],
			later,
			raised,
		],
		[
			'but no longer than the grace',
			roundDue,
			[holder, round('2026-03-01', { passed: false }), supervised('2026-03-01 18:00')],
			'2026-03-15 00:00',
			raised,
		],
	],
	'a document is raised twice': [
		[
			'read in the first: the second should have been read by the end of its grace',
			['competent', 'due-soon', '2026-03-15 00:00'],
			[holder],
			later,
			settled(version(3), [version(1), '2026-03-15 00:00'], [version(2), '2026-04-15 00:00']),
		],
		[
			'and then it is due, whatever grace the third has',
			documentDue,
			[holder],
			'2026-03-15 00:00',
			settled(version(3), [version(1), '2026-03-15 00:00'], [version(2), '2026-04-15 00:00']),
		],
		[
			'read in the second: the second grace',
			['competent', 'due-soon', '2026-04-15 00:00'],
			[holder, readTwice],
			'2026-03-20',
			settled(version(3), [version(1), '2026-03-15 00:00'], [version(2), '2026-04-15 00:00']),
		],
		[
			'the second grace is the shorter one',
			['competent', 'due-soon', '2026-04-15 00:00'],
			[holder],
			later,
			settled(version(3), [version(1), '2026-04-15 00:00'], [version(2), '2026-03-10 00:00']),
		],
	],
	'a spot check is asked for': [
		[
			'for the first time: at the end of the grace',
			['competent', 'due-soon', '2026-04-01 00:00'],
			[holder],
			later,
			settled(check('P1W'), [check(), '2026-04-01 00:00']),
		],
		[
			'and then it is due',
			roundDue,
			[holder],
			'2026-04-01 00:00',
			settled(check('P1W'), [check(), '2026-04-01 00:00']),
		],
		[
			'for the first time, due later than that anyway',
			['competent', 'competent', '2026-08-21 00:00'],
			[holder],
			later,
			settled(check('P6M'), [check(), '2026-04-01 00:00']),
		],
		[
			'more often: when the older would have, if that is sooner than the grace',
			['competent', 'due-soon', '2026-03-21 00:00'],
			[holder],
			later,
			settled(check('P1W'), [check('P1M'), '2026-04-01 00:00']),
		],
		[
			'more often: at the end of the grace, if the older is later',
			['competent', 'due-soon', '2026-04-01 00:00'],
			[holder],
			later,
			settled(check('P1W'), [check('P6M'), '2026-04-01 00:00']),
		],
		[
			'less often: the newer holds',
			['competent', 'competent', '2026-08-21 00:00'],
			[holder],
			later,
			settled(check('P6M'), [check('P1W'), '2026-04-01 00:00']),
		],
		['asked for no more', permits, [holder], '2026-12-01', settled(check(), [check('P1W'), '2026-04-01 00:00'])],
		['at once', roundDue, [holder], later, settled(check('P1W'))],
	],
	'people may be away for less long': [
		[
			'at the end of the grace',
			['competent', 'due-soon', '2026-04-01 00:00'],
			[holder, gone],
			later,
			settled(absence('P5D'), [absence('P90D'), '2026-04-01 00:00']),
		],
		[
			'and then',
			roundDue,
			[holder, gone],
			'2026-04-01 00:00',
			settled(absence('P5D'), [absence('P90D'), '2026-04-01 00:00']),
		],
		[
			'the older would have had it sooner',
			['competent', 'due-soon', '2026-03-09 00:00'],
			[holder, gone],
			later,
			settled(absence('P5D'), [absence('P15D'), '2026-04-01 00:00']),
		],
		[
			'the older asked for nothing',
			['competent', 'due-soon', '2026-04-01 00:00'],
			[holder, gone],
			later,
			settled(absence('P5D'), [absence('P5D', 'nothing'), '2026-04-01 00:00']),
		],
		[
			'a round in the grace settles it, back since',
			permits,
			[holder, away('2026-03-01 07:00', '2026-02-21', '2026-03-01'), round('2026-03-02 08:00')],
			later,
			settled(absence('P5D'), [absence('P90D'), '2026-04-01 00:00']),
		],
		['at once', roundDue, [holder, gone], later, settled(absence('P5D'))],
	],
	'other numbers become stricter': [
		[
			'no more days after the last one',
			['competent', 'due-soon', '2027-03-01 00:00'],
			[holder],
			'2027-02-25',
			settled({}, [{ grace: 'P30D' }, '2027-03-01 00:00']),
		],
		['and then', expired, [holder], '2027-03-01 00:00', settled({}, [{ grace: 'P30D' }, '2027-03-01 00:00'])],
		[
			'no more than the older gave',
			expired,
			[holder],
			'2027-03-10',
			settled({}, [{ grace: 'P14D' }, '2027-04-01 00:00']),
		],
		['urgent: at once', expired, [holder], '2027-02-25', settled({})],
		[
			'a shift no longer ends in the morning',
			['competent', 'due-soon', '2027-02-21 08:00'],
			[holder],
			'2027-02-21 07:00',
			settled({}, [{ endOfShift: '08:00' }, '2027-03-01 00:00']),
		],
		[
			'fewer days after too many misses',
			['competent', 'due-soon', '2026-03-08 00:00'],
			[holder, round('2026-02-28', { passed: false, criticalMissed: [] })],
			later,
			settled({ observation: { afterMisses: 'P1D' } }, [{ observation: { afterMisses: 'P7D' } }, '2026-03-15 00:00']),
		],
		[
			'late entries settle nothing any more',
			['competent', 'due-soon', '2026-03-15 00:00'],
			[holder, round('2026-02-28 09:00', { passed: false }), lateEntry],
			later,
			settled({ observation: { lateCounts: false } }, [{}, '2026-03-15 00:00']),
		],
		[
			'and then they do not',
			roundDue,
			[holder, round('2026-02-28 09:00', { passed: false }), lateEntry],
			'2026-03-15 00:00',
			settled({ observation: { lateCounts: false } }, [{}, '2026-03-15 00:00']),
		],
		[
			'what it rests on is softened with it',
			['competent', 'competent', '2027-03-01 00:00'],
			[holder, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess' })],
			'2027-02-25',
			{ ...settled({}, [{ grace: 'P30D' }, '2027-03-01 00:00']), privilege: 'assess' },
		],
		[
			'what nobody was is not given by a grace',
			['sign_off_missing', 'ready-for-sign-off'],
			[readOnce, watched],
			later,
			settled({}, [{ grace: 'P30D' }, '2027-03-01 00:00']),
		],
		[
			'nor to somebody who was withdrawn since',
			['withdrawn', 'withdrawn'],
			[holder, withdraws('2026-03-01')],
			later,
			settled({}, [{ grace: 'P30D' }, '2027-03-01 00:00']),
		],
	],
};
