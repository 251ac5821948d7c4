import * as z from 'zod/mini';

/** How another system may call people: by staff code, by our own opaque id, or by an id of its own for each. */
export const subjectIds = ['staff-code', 'opaque', 'own'] as const;
export type SubjectIds = (typeof subjectIds)[number];

export const subjectIdsWords = {
	'staff-code': 'By your staff code',
	opaque: 'By our own id for each person, which tells nobody who it is',
	own: 'By a number or name of its own for each person',
} as const satisfies Record<SubjectIds, string>;

export const subjectIdsForm = z.object({ subjectIds: z.enum(subjectIds, 'Choose how it calls people') });

/** How many own ids are set at once. */
export const mostMappings = 500;
const longestId = 200;

/** What a client calls somebody, and the staff code of that person; null takes the own id away. */
export interface OwnId {
	ownId: string;
	staffCode: string | null;
}

/**
 * Reads own ids as a manager pastes them, one a line: `4711, jo.smith`, also as a spreadsheet copies it. A line without a
 * staff code takes that own id away. Says which line is wrong, the first of them.
 */
export function readOwnIds(text: string): { ok: true; ownIds: OwnId[] } | { ok: false; message: string } {
	const wrong = (line: number, what: string) => ({ ok: false as const, message: `Line ${line}: ${what}` });
	const ownIds: OwnId[] = [];
	const seen = new Map<string, number>();
	for (const [place, line] of text.split(/\r?\n/).entries()) {
		if (!line.trim()) continue;
		const [, ownId = '', staffCode = ''] = /^\s*(.*?)\s*(?:[,;\t]\s*([^,;\t]*?)\s*)?$/.exec(line) ?? [];
		if (!/[,;\t]/.test(line)) return wrong(place + 1, 'write a comma between its own number and the staff code');
		if (!ownId) return wrong(place + 1, 'its own number is missing');
		if (ownId.length > longestId) return wrong(place + 1, `its own number has more than ${longestId} characters`);
		for (const name of [`its own number ${ownId}`, ...(staffCode ? [`the staff code ${staffCode}`] : [])]) {
			const before = seen.get(name);
			if (before) return wrong(place + 1, `${name} is in line ${before} already`);
			seen.set(name, place + 1);
		}
		ownIds.push({ ownId, staffCode: staffCode || null });
	}
	if (!ownIds.length) return { ok: false, message: 'Write at least one line' };
	if (ownIds.length > mostMappings) return { ok: false, message: `Send at most ${mostMappings} lines at a time` };
	return { ok: true, ownIds };
}
