import { describe, expect, test } from 'vitest';
import type { ReasonCode } from '../../app/domain/reason.ts';
import { type Answered, decideTogether, type Second } from '../../app/domain/together.ts';
import { permitting } from './cases.ts';
import { moment } from './support.ts';

/** Two people acting together, every combination: who gives, who is beside them, who witnesses (content/rules.md, "Two people"). */
const end = moment('2026-03-02 20:00');
const sooner = moment('2026-03-02 15:00');
const giver = (code: ReasonCode, more: Partial<Answered> = {}): Answered => {
	const permit = permitting.includes(code);
	return { permit, code, validUntil: permit ? end : null, ...more };
};
const second = (personId: string, code: ReasonCode, validUntil: Date | null = end): Second => ({
	personId,
	decision: { permit: permitting.includes(code), code, validUntil },
});
const witness = (code: ReasonCode, more: { holdsTask?: boolean; personId?: string; until?: Date | null } = {}) => ({
	...second(more.personId ?? 'tomasz', code, more.until === undefined ? end : more.until),
	holdsTask: more.holdsTask ?? false,
});
const two = { witness: 'witness-controlled-drug' as const };
const asked = { witness: true, supervisorMayWitness: false };

type Seconds = { supervisor?: Second; witness?: ReturnType<typeof witness> };
type Case = [
	name: string,
	code: ReasonCode,
	permit: boolean,
	decision: Answered,
	with_: Seconds,
	policy?: Partial<typeof asked>,
	privilege?: { witness?: typeof two.witness },
];
const codeOf = ([, , , decision, seconds, policy = {}, privilege = two]: Case) =>
	decideTogether({ personId: 'amara', decision, ...seconds }, privilege, { ...asked, ...policy });

describe('who gives and who witnesses', () => {
	test.each<Case>([
		['competent, with a competent witness', 'competent', true, giver('competent'), { witness: witness('competent') }],
		['competent, nobody witnesses', 'witness_missing', false, giver('competent'), {}],
		[
			'competent, witnessed by themself',
			'witness_missing',
			false,
			giver('competent'),
			{ witness: witness('competent', { personId: 'amara' }) },
		],
		[
			'competent, the witness is on an override',
			'witness_missing',
			false,
			giver('competent'),
			{ witness: witness('override_active', { holdsTask: true }) },
		],
		[
			'competent, the witness is supervised',
			'witness_missing',
			false,
			giver('competent'),
			{ witness: witness('supervised_only') },
		],
		[
			'competent, the witness has run out',
			'witness_missing',
			false,
			giver('competent'),
			{ witness: witness('expired') },
		],
		[
			'competent, the witness may give alone by telephone: that vouches for nobody',
			'witness_missing',
			false,
			giver('competent'),
			{ witness: witness('second_check_by_telephone') },
		],
		['competent, the site asks for no witness', 'competent', true, giver('competent'), {}, { witness: false }],
		['competent, the privilege asks for no witness', 'competent', true, giver('competent'), {}, {}, {}],
		['by telephone, nobody witnesses', 'second_check_by_telephone', true, giver('second_check_by_telephone'), {}],
		[
			'by telephone, somebody witnesses all the same',
			'second_check_by_telephone',
			true,
			giver('second_check_by_telephone'),
			{ witness: witness('competent') },
		],
		[
			'refused, with a competent witness',
			'expired',
			false,
			giver('expired'),
			{ witness: witness('competent', { holdsTask: true }) },
		],
		[
			'paused, with everybody there is',
			'paused_review',
			false,
			giver('paused_review'),
			{ supervisor: second('ben', 'competent'), witness: witness('competent', { holdsTask: true }) },
		],
		[
			'on an override, a witness who may only witness',
			'witness_missing',
			false,
			giver('override_active'),
			{ witness: witness('competent') },
		],
		[
			'on an override, a witness who holds the task',
			'override_active',
			true,
			giver('override_active'),
			{ witness: witness('competent', { holdsTask: true }) },
		],
		[
			'on an override, a witness who holds the task and may not witness',
			'witness_missing',
			false,
			giver('override_active'),
			{ witness: witness('expired', { holdsTask: true }) },
		],
		[
			'on an override, the giver holds what it rests on',
			'override_active',
			true,
			giver('override_active', { holdsWhatItRestsOn: true }),
			{ witness: witness('competent') },
		],
		[
			'on an override, the giver holds what it rests on, nobody witnesses',
			'witness_missing',
			false,
			giver('override_active', { holdsWhatItRestsOn: true }),
			{},
		],
		[
			'on an override, and the witness on one',
			'witness_missing',
			false,
			giver('override_active', { holdsWhatItRestsOn: true }),
			{ witness: witness('override_active', { holdsTask: true }) },
		],
		[
			'on an override, witnessed by themself',
			'witness_missing',
			false,
			giver('override_active'),
			{ witness: witness('competent', { personId: 'amara', holdsTask: true }) },
		],
		[
			'on an override, the site asks for no witness',
			'override_active',
			true,
			giver('override_active'),
			{},
			{ witness: false },
		],
		[
			'on an override, with a supervisor instead of a witness',
			'witness_missing',
			false,
			giver('override_active', { holdsWhatItRestsOn: true }),
			{ supervisor: second('ben', 'competent') },
		],
	])('%s', (...row) => {
		const given = codeOf(row);
		expect([given.code, given.permit]).toEqual([row[1], row[2]]);
		expect(given.validUntil !== null).toBe(row[2]);
	});
});

describe('who is beside them', () => {
	const beside = giver('supervised_only');
	const ben = second('ben', 'competent');
	const plain: Case[6] = {};
	test.each<Case>([
		['nobody', 'supervised_only', false, beside, {}, {}, plain],
		['somebody competent', 'supervised_only', true, beside, { supervisor: ben }, {}, plain],
		['themself', 'supervised_only', false, beside, { supervisor: second('amara', 'competent') }, {}, plain],
		[
			'somebody on an override',
			'supervised_only',
			false,
			beside,
			{ supervisor: second('ben', 'override_active') },
			{},
			plain,
		],
		[
			'somebody who gives alone by telephone',
			'supervised_only',
			false,
			beside,
			{ supervisor: second('ben', 'second_check_by_telephone') },
			{},
			plain,
		],
		[
			'somebody who is supervised too',
			'supervised_only',
			false,
			beside,
			{ supervisor: second('ben', 'supervised_only') },
			{},
			plain,
		],
		['somebody paused', 'supervised_only', false, beside, { supervisor: second('ben', 'paused_review') }, {}, plain],
		['somebody competent, and nobody witnesses', 'witness_missing', false, beside, { supervisor: ben }],
		[
			'somebody competent, and another witnesses',
			'supervised_only',
			true,
			beside,
			{ supervisor: ben, witness: witness('competent') },
		],
		[
			'one person as both',
			'witness_missing',
			false,
			beside,
			{ supervisor: ben, witness: witness('competent', { personId: 'ben', holdsTask: true }) },
		],
		[
			'one person as both, where policy allows it',
			'supervised_only',
			true,
			beside,
			{ supervisor: ben, witness: witness('competent', { personId: 'ben' }) },
			{ supervisorMayWitness: true },
		],
		['a witness only', 'supervised_only', false, beside, { witness: witness('competent', { holdsTask: true }) }],
		[
			'somebody competent, named beside somebody competent who needs none, as the witness too',
			'competent',
			true,
			giver('competent'),
			{ supervisor: ben, witness: witness('competent', { personId: 'ben' }) },
		],
		[
			'delegated to them',
			'supervised_only',
			true,
			giver('supervised_only', { delegation: { until: sooner } }),
			{ supervisor: ben },
			{},
			plain,
		],
		[
			'not delegated to them',
			'delegation_missing',
			false,
			giver('supervised_only', { delegation: { missing: 'delegation_missing' } }),
			{ supervisor: ben },
			{},
			plain,
		],
		[
			'delegated, past its review',
			'delegation_expired',
			false,
			giver('supervised_only', { delegation: { missing: 'delegation_expired' } }),
			{ supervisor: ben },
			{},
			plain,
		],
	])('%s', (...row) => {
		const given = codeOf(row);
		expect([given.code, given.permit]).toEqual([row[1], row[2]]);
	});
});

test('it holds as long as the one of them that ends first', () => {
	const both = (decision: Answered, seconds: Seconds, privilege = {}) =>
		decideTogether({ personId: 'amara', decision, ...seconds }, privilege, asked).validUntil;
	expect(both(giver('competent'), { witness: witness('competent', { until: sooner }) }, two)).toEqual(sooner);
	expect(both(giver('competent', { validUntil: sooner }), { witness: witness('competent') }, two)).toEqual(sooner);
	expect(
		both(giver('competent', { validUntil: null }), { witness: witness('competent', { until: null }) }, two),
	).toBeNull();
	const beside = giver('supervised_only', { delegation: { until: sooner } });
	expect(both(beside, { supervisor: second('ben', 'competent') })).toEqual(sooner);
	expect(both(giver('supervised_only'), { supervisor: second('ben', 'competent', sooner) })).toEqual(sooner);
});
