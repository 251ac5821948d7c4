import { catalogue } from '../../catalogue.server.ts';
import type { Finding, VerifiedPart } from '../../commands/finding.ts';
import { noteKeeping } from '../../commands/outside-note.ts';
import { verifyProvider } from '../../commands/verifying.ts';
import { readInProvider, type Visitor } from '../../session.server.ts';

interface Checked {
	findings: Finding[];
	counts: Record<VerifiedPart, number>;
	milliseconds: number;
}

/** Checks that are at work, by provider: whoever asks meanwhile waits for the same one. */
const working = new Map<string, Promise<Checked>>();

/** Rechecks a provider's ledger as it stands at one moment. */
export function checkLedger(visitor: Pick<Visitor, 'providerId'>): Promise<Checked> {
	const { providerId } = visitor;
	const known = working.get(providerId);
	if (known) return known;
	const checking = check(visitor).finally(() => working.delete(providerId));
	working.set(providerId, checking);
	return checking;
}

async function check(visitor: Pick<Visitor, 'providerId'>): Promise<Checked> {
	const started = performance.now();
	const counts = { evidence: 0, checkpoints: 0, standings: 0 };
	const findings = await readInProvider(visitor, (tx) =>
		verifyProvider(tx, visitor.providerId, catalogue(), {
			keeping: noteKeeping(),
			progress: (part, checked) => {
				counts[part] = checked;
			},
		}),
	);
	return { findings, counts, milliseconds: performance.now() - started };
}
