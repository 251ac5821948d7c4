import type { Evidence } from '#app/domain/evidence.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import { catalogue } from '../walks/home.ts';

/**
 * What must never be, said from safety and not from the rule: each looks at the rows alone, as simply as can be, and
 * says what is wrong with a permit, or null.
 */
export interface Permit {
	privilege: PrivilegeCode;
	siteId: string;
	code: string;
	at: Date;
	/** Every row of the person that stands. */
	rows: readonly Evidence[];
}

/** The privilege and all that it rests on, at any depth. */
function restsOn(code: PrivilegeCode): PrivilegeCode[] {
	const found = new Set([code]);
	for (const each of found)
		for (const asked of catalogue.privileges.get(each)?.body.requirements ?? [])
			if (asked.kind === 'prerequisite') found.add(asked.privilege);
	return [...found];
}

const here = (row: Evidence, siteId: string) => row.siteId === null || row.siteId === siteId;

/** Paused or withdrawn, itself or something that it rests on. */
export function whileStopped({ privilege, siteId, rows }: Permit): string | null {
	for (const code of restsOn(privilege)) {
		const about = (row: Evidence) => (row.privilege === null || row.privilege === code) && here(row, siteId);
		for (const row of rows) {
			if (!about(row)) continue;
			if (
				row.kind === 'pause' &&
				!rows.some((other) => other.kind === 'pause-lifted' && other.payload.pause === row.id)
			)
				return `${code} is paused`;
			if (row.kind === 'withdrawal') {
				const since = rows.some((other) => other.kind === 'sign-off' && about(other) && other.seq > row.seq);
				if (!since) return `${code} is withdrawn`;
			}
		}
	}
	return null;
}

/** Seen to be unsafe, here or at another site, and not seen to do it right since. */
export function afterFailing({ privilege, siteId, rows }: Permit): string | null {
	const rounds = rows
		.filter((row) => row.kind === 'observation' && row.privilege === privilege)
		.sort((a, b) => a.observedAt.getTime() - b.observedAt.getTime() || a.seq - b.seq) as (Evidence & {
		kind: 'observation';
	})[];
	const failed = rounds.findLastIndex(({ payload }) => payload.criticalMissed.length > 0 || payload.stoppedForSafety);
	if (failed < 0) return null;
	const failure = rounds[failed];
	const withdrawn = rows.some(
		(row) =>
			row.kind === 'withdrawal' &&
			(row.privilege === null || row.privilege === privilege) &&
			here(row, siteId) &&
			row.seq > (failure?.seq ?? 0),
	);
	if (withdrawn || rounds.slice(failed + 1).some(({ payload }) => payload.passed)) return null;
	return 'the last round failed on a critical line';
}

/** Lifted on a round that nobody has seen since. An override is break-glass, and is no permit of one's own. */
export function beforeCondition({ privilege, siteId, rows, code }: Permit): string | null {
	if (code === 'override_active') return null;
	for (const lift of rows) {
		if (lift.kind !== 'pause-lifted' || lift.payload.asks !== 'observation') continue;
		if ((lift.privilege !== null && lift.privilege !== privilege) || !here(lift, siteId)) continue;
		const seen = rows.some(
			(row) =>
				row.privilege === privilege &&
				((row.kind === 'observation' && row.payload.passed && new Date(row.payload.startedAt) >= lift.observedAt) ||
					(row.kind === 'outside-assessment' && row.observedAt >= lift.observedAt)),
		);
		if (!seen) return 'lifted on a round, and nobody has watched since';
	}
	return null;
}

/** Left, or never here. */
export function withoutWork({ siteId, rows, code, at }: Permit): string | null {
	if (code === 'override_active') return null;
	const started = rows.some((row) => row.kind === 'employment-started' && here(row, siteId) && row.observedAt <= at);
	return started ? null : 'does not work here';
}

export const checks = { whileStopped, afterFailing, beforeCondition, withoutWork };

/** The rows that nothing takes the place of. */
export function standing(rows: readonly Evidence[]): Evidence[] {
	const superseded = new Set(rows.map((row) => row.supersedes));
	return rows.filter((row) => !superseded.has(row.id) && row.kind !== 'retraction');
}
