import { expect, test } from 'vitest';
import { assessRefusalWords, signOffRefusalWords } from '../../app/domain/assessing.ts';
import { evidenceKinds, evidenceWords, pauseReasonWords } from '../../app/domain/evidence.ts';
import { roles, roleWords } from '../../app/domain/privilege.ts';
import { reasonCodes, reasonWords, sayToPerson } from '../../app/domain/reason.ts';
import { pauseReasons } from '../../app/domain/words.ts';

/** Words of the machine or of blame, which no carer should have to read. */
const notPlain =
	/\b(null|undefined|error|invalid|denied|refused|unauthori[sz]ed|forbidden|boolean|database|token|fail(ed|ure)?|suspended|incompetent|guilty|fault|prior to|in accordance|pursuant|utili[sz]e|commence)\b|_|\{|\}/i;

test.each(reasonCodes)('%s has a sentence for the person and a next step, short and plain', (code) => {
	const { user, nextStep } = reasonWords[code];
	for (const text of [user, nextStep]) {
		expect(text).toMatch(/^[A-Z].*\.$/);
		expect(text.length).toBeLessThanOrEqual(100);
		expect(text).not.toMatch(notPlain);
		for (const sentence of text.split(/[.:;]/)) expect(sentence.trim().split(/\s+/).length).toBeLessThanOrEqual(16);
	}
	expect(user).not.toBe(nextStep);
});

test('the codes are a closed list, each once, in snake case, each with its words', () => {
	expect(new Set(reasonCodes).size).toBe(reasonCodes.length);
	expect(Object.keys(reasonWords).sort()).toEqual([...reasonCodes].sort());
	for (const code of reasonCodes) expect(code).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
});

test('no two reasons say the same to the person', () => {
	expect(new Set(reasonCodes.map((code) => reasonWords[code].user)).size).toBe(reasonCodes.length);
});

test('only the codes that permit tell somebody that they may', () => {
	const permitting = reasonCodes.filter((code) => /you may|has allowed/i.test(reasonWords[code].user));
	expect(permitting).toEqual(['competent', 'supervised_only', 'override_active', 'second_check_by_telephone']);
	for (const witnessed of [true, false])
		for (const code of reasonCodes) {
			expect(sayToPerson(true, code, witnessed)).toMatch(/^[A-Z].{0,98}\.$/);
			expect(sayToPerson(false, code, witnessed)).toBe(reasonWords[code].user);
		}
});

test('refusals at the assessor and at the sign-off are plain too', () => {
	for (const text of [...Object.values(assessRefusalWords), ...Object.values(signOffRefusalWords)]) {
		expect(text).toMatch(/^[A-Z].*\.$/);
		expect(text).not.toMatch(notPlain);
	}
});

test('every kind of evidence, reason for a pause and role has its words', () => {
	expect(Object.keys(evidenceWords)).toEqual(evidenceKinds);
	expect(Object.keys(pauseReasonWords).sort()).toEqual([...pauseReasons].sort());
	expect(Object.keys(roleWords)).toEqual([...roles]);
	for (const text of Object.values(pauseReasonWords)) expect(text).not.toMatch(notPlain);
});
