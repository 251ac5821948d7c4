import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, type Entry, entryText } from '../../app/domain/ledger.ts';
import { competent, history } from './support.ts';

test.each<[string, unknown, string]>([
	['null', null, 'null'],
	['true', true, 'true'],
	['false', false, 'false'],
	['text', 'MAR', '"MAR"'],
	['nothing in an array', [], '[]'],
	['nothing in an object', {}, '{}'],
	['no white space', { a: [1, 2], b: { c: 3 } }, '{"a":[1,2],"b":{"c":3}}'],
	['members sorted', { b: 1, a: 2 }, '{"a":2,"b":1}'],
	[
		'members sorted at every depth',
		{ b: [{ d: 1, c: 2 }], a: { f: 1, e: 2 } },
		'{"a":{"e":2,"f":1},"b":[{"c":2,"d":1}]}',
	],
	['arrays keep their order', [3, 1, 2], '[3,1,2]'],
	['numbers as text sort as text', { 10: 'a', 9: 'b', 1: 'c' }, '{"1":"c","10":"a","9":"b"}'],
	['capitals before small letters', { a: 1, B: 2 }, '{"B":2,"a":1}'],
	['a member that is not set is left out', { a: undefined, b: 1 }, '{"b":1}'],
])('%s', (_name, value, text) => {
	expect(canonical(value)).toBe(text);
});

// RFC 8785 section 3.2.3: sorted by UTF-16 code unit, so that the emoji's surrogate comes before U+FB33.
test('members are sorted as in the example of RFC 8785', () => {
	const example = {
		'\u20ac': 'Euro Sign',
		'\r': 'Carriage Return',
		'\ufb33': 'Hebrew Letter Dalet With Dagesh',
		1: 'One',
		'\ud83d\ude00': 'Emoji: Grinning Face',
		'\u0080': 'Control',
		'\u00f6': 'Latin Small Letter O With Diaeresis',
	};
	const order = Object.values(JSON.parse(canonical(example).replace('"1"', '"one"')));
	expect(order).toEqual([
		'Carriage Return',
		'One',
		'Control',
		'Latin Small Letter O With Diaeresis',
		'Euro Sign',
		'Emoji: Grinning Face',
		'Hebrew Letter Dalet With Dagesh',
	]);
});

// RFC 8785 section 3.2.2.2.
test.each([
	['a quote and a backslash', '"\\', '"\\"\\\\"'],
	['the short escapes', '\b\t\n\f\r', '"\\b\\t\\n\\f\\r"'],
	['other control letters, in small hexadecimal', '\u0000\u000f\u001f', '"\\u0000\\u000f\\u001f"'],
	['a slash is not escaped', '/', '"/"'],
	['nor is DEL', '\u007f', '"\u007f"'],
	['nor are line separators', '\u2028\u2029', '"\u2028\u2029"'],
	['nor is anything beyond', 'Zoë 😀 €', '"Zoë 😀 €"'],
	['the example of RFC 8785', '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
])('text with %s', (_name, text, expected) => {
	expect(canonical(text)).toBe(expected);
});

// RFC 8785 appendix B.
test.each([
	[0, '0'],
	[-0, '0'],
	[5e-324, '5e-324'],
	[-5e-324, '-5e-324'],
	[1.7976931348623157e308, '1.7976931348623157e+308'],
	[9007199254740992, '9007199254740992'],
	[-9007199254740992, '-9007199254740992'],
	[295147905179352830000, '295147905179352830000'],
	[9.999999999999997e22, '9.999999999999997e+22'],
	[1e23, '1e+23'],
	[1e21, '1e+21'],
	[999999999999999900000, '999999999999999900000'],
	[0.000001, '0.000001'],
	[9.999999999999997e-7, '9.999999999999997e-7'],
	[Number('333333333.33333329'), '333333333.3333333'],
	[4.5, '4.5'],
	[2e-3, '0.002'],
])('the number %d', (number, text) => {
	expect(canonical(number)).toBe(text);
});

test.each<[string, unknown]>([
	['undefined', undefined],
	['undefined in an array', [undefined]],
	['not a number', Number.NaN],
	['infinity', { a: Number.POSITIVE_INFINITY }],
	['a date', new Date(0)],
	['a map', new Map()],
	['a big integer', 1n],
	['a function', () => 1],
	['a symbol', Symbol('a')],
	['bytes', new Uint8Array(1)],
	['half a surrogate pair', '\ud83d'],
	['half a surrogate pair in a name', { '\ude00': 1 }],
	['an object of a class', new (class Made {})()],
])('%s has no canonical form', (_name, value) => {
	expect(() => canonical(value)).toThrow(TypeError);
});

const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' });

test('the canonical form reads back the same', () => {
	fc.assert(
		fc.property(json, (value) => {
			expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
		}),
	);
});

test('the canonical form does not depend on the order of members', () => {
	const turned = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(turned);
		if (value === null || typeof value !== 'object') return value;
		return Object.fromEntries(
			Object.entries(value)
				.reverse()
				.map(([name, member]) => [name, turned(member)]),
		);
	};
	fc.assert(
		fc.property(json, (value) => {
			expect(canonical(turned(value))).toBe(canonical(JSON.parse(JSON.stringify(value))));
		}),
	);
});

const entry = { ...history(...competent)[3], providerId: 'provider-1' } as Entry;

test('an entry is every column but the hashes, and no other', () => {
	expect(Object.keys(JSON.parse(entryText(entry)))).toEqual([
		'contentVersionId',
		'id',
		'kind',
		'observedAt',
		'payload',
		'personId',
		'privilege',
		'providerId',
		'recordedAt',
		'recordedBy',
		'seq',
		'siteId',
		'supersedes',
	]);
	expect(entryText({ ...entry, ...{ name: 'Amara Okafor' } })).toBe(entryText(entry));
});

test.each<[keyof Entry, unknown]>([
	['providerId', 'provider-2'],
	['seq', 99],
	['id', 'another'],
	['kind', 'pause'],
	['personId', 'ben'],
	['privilege', 'prompt'],
	['siteId', null],
	['observedAt', new Date(1)],
	['recordedAt', new Date(1)],
	['recordedBy', null],
	['contentVersionId', 'version'],
	['supersedes', 'something'],
	['payload', {}],
])('a change of %s changes the text', (column, value) => {
	expect(entryText({ ...entry, [column]: value } as Entry)).not.toBe(entryText(entry));
});
