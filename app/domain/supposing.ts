import type { Evidence, EvidenceKind, Payload } from './evidence.ts';
import type { Question } from './rules.ts';

/** One person's evidence as it would be with one more fact: what the rules would then say, before anything is recorded. */
export function supposing<K extends EvidenceKind>(
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	{ kind, payload }: { kind: K; payload: Payload<K> },
): Evidence[] {
	const newest = evidence.at(-1);
	if (!newest) return [];
	const supposed = {
		id: 'supposed',
		seq: Math.max(...evidence.map((each) => each.seq)) + 1,
		kind,
		personId: newest.personId,
		privilege: question.privilege,
		siteId: question.siteId,
		observedAt: at,
		recordedAt: at,
		recordedBy: null,
		contentVersionId: null,
		supersedes: null,
		payload,
	};
	return [...evidence, supposed as unknown as Evidence];
}
