import { expect, test } from 'vitest';
import { mostMappings, readOwnIds } from '#app/domain/subject.ts';

test.each([
	['4711, jo.smith', [{ ownId: '4711', staffCode: 'jo.smith' }]],
	[
		'  4711 ;  jo.smith  \r\n\r\n12\tann.lee\n',
		[
			{ ownId: '4711', staffCode: 'jo.smith' },
			{ ownId: '12', staffCode: 'ann.lee' },
		],
	],
	['4711,', [{ ownId: '4711', staffCode: null }]],
	['Smith, Jo, jo.smith', [{ ownId: 'Smith, Jo', staffCode: 'jo.smith' }]],
])('%j is read as it is meant', (text, ownIds) => {
	expect(readOwnIds(text)).toEqual({ ok: true, ownIds });
});

test.each([
	['', 'Write at least one line'],
	[' \n', 'Write at least one line'],
	['4711', 'Line 1: write a comma between its own number and the staff code'],
	['1,a\n,b', 'Line 2: its own number is missing'],
	['1,a\n2,a', 'Line 2: the staff code a is in line 1 already'],
	['1,a\n\n1,b', 'Line 3: its own number 1 is in line 1 already'],
	[`${'x'.repeat(201)},a`, 'Line 1: its own number has more than 200 characters'],
	[
		Array.from({ length: mostMappings + 1 }, (_, n) => `${n},p${n}`).join('\n'),
		`Send at most ${mostMappings} lines at a time`,
	],
])('%j is refused, and says where', (text, message) => {
	expect(readOwnIds(text)).toEqual({ ok: false, message });
});

test('its own number may be called as a staff code is', () => {
	expect(readOwnIds('a,b\nb,a')).toMatchObject({ ok: true });
});
