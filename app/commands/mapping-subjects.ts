import type { Tx } from '#db/client.server.ts';
import { listIdsByStaffCode, putSubjectMappings } from '#db/queries/subjects.ts';
import type { OwnId } from '../domain/subject.ts';

/**
 * Puts a client's own ids in place of whatever stood for the same ids and the same people, and takes away those without a
 * staff code. All or none: nothing is saved where a staff code is nobody's.
 */
export async function mapSubjects(
	tx: Tx,
	{ providerId, clientId }: { providerId: string; clientId: string },
	ownIds: readonly OwnId[],
): Promise<{ ok: true; saved: number; removed: number } | { ok: false; unknown: string[] }> {
	const staffCodes = ownIds.flatMap((each) => each.staffCode ?? []);
	const ids = await listIdsByStaffCode(tx, { providerId, staffCodes });
	const unknown = staffCodes.filter((code) => !ids.has(code));
	if (unknown.length) return { ok: false, unknown };
	const mappings = ownIds.map(({ ownId, staffCode }) => ({
		ownId,
		personId: staffCode === null ? null : (ids.get(staffCode) as string),
	}));
	await putSubjectMappings(tx, { providerId, clientId, mappings });
	return { ok: true, saved: staffCodes.length, removed: ownIds.length - staffCodes.length };
}
