import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { append, type Fact, fact, holdChain } from '#app/commands/append.ts';
import { saveRound, signRound, startRound } from '#app/commands/assessing.ts';
import { liftPause, pause, previewSignOff, signOff } from '#app/commands/authorising.ts';
import { checkpointProvider } from '#app/commands/checkpointing.ts';
import { endEmployment, startEmployment } from '#app/commands/employing.ts';
import { completeModule, handInAttempt, saveAnswer, saveReading, startAttempt } from '#app/commands/learning.ts';
import type { NoteKeeping } from '#app/commands/outside-note.ts';
import { project } from '#app/commands/projecting.ts';
import { endAbsence, type RecordForm, record, takeBack } from '#app/commands/recording.ts';
import type { Evidence, EvidenceKind, Payload } from '#app/domain/evidence.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import type { Quiz, Random } from '#app/domain/quiz.ts';
import { asProvider, type Db, type Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { policies } from '#db/schema.ts';
import { everyLineMet, oralRound } from './deeds.ts';
import { catalogue, home, manager, northLodge, pin, southLodge, who } from './home.ts';

/** Something that somebody does in one transaction. Done again, it is the same request sent again. */
export interface Act {
	name: string;
	personId: string;
	/** What has to be there before, in a transaction of its own. */
	prepare?(tx: Tx): Promise<unknown>;
	perform(db: Db): Promise<unknown>;
}

const days = 86_400_000;
const carers = [who.ready, who.ready, who.holder, who.holder, who.learner, who.stranger, who.assessor];
const privileges: PrivilegeCode[] = ['administer-oral', 'administer-oral', 'administer-oral', 'prompt', 'assess'];
const overrides = [
	{ renewal: { passes: 0, quiz: false, lateBy: 'P1Y' } },
	{ grace: 'P30D' },
	{ endOfShift: '08:00' },
	{ documents: { 'medicines-policy': 2 } },
	{ absence: { longest: 'P7D', asks: 'quiz' } },
	{ newSite: { passes: 0 } },
	{ privileges: { 'administer-oral': { passes: 1, validity: 'P6M', spotCheck: 'P3M' } } },
];

/** Makes up what somebody does next. Only what is worked out from the die is fixed; the rest is looked up when it is done. */
export function actor(random: Random, keeping: NoteKeeping) {
	const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
	/** The server's clock: right mostly, at times some hours or weeks behind or ahead. */
	const clock = () => new Date(Date.now() + one([0, 0, 0, 0, -3 / 24, 3 / 24, -1, 1, -9, -16, -40, 45]) * days);
	const dayFrom = (least: number, most: number) =>
		addDays(localDay(new Date()), Math.round(least + random() * (most - least)));
	const site = () => (random() < 0.8 ? northLodge : southLodge);
	const oneOf = async (tx: Tx, personId: string, share: number, fits: (each: Evidence) => boolean) => {
		const theirs = await listEvidenceOf(tx, { providerId: home, personIds: [personId] });
		const fitting = theirs.filter(fits);
		return fitting[Math.floor(share * fitting.length)];
	};
	const appended = <K extends EvidenceKind>(
		kind: K,
		personId: string,
		given: Partial<Fact<K>>,
		payload: Payload<K>,
	) => {
		const id = randomUUID();
		const observedAt = clock();
		const noted = random() < 0.5 ? 'a note' : undefined;
		return act(kind, personId, (tx) =>
			append(tx, home, catalogue, [
				fact({ id, kind, personId, recordedBy: who.manager, observedAt, note: given.note ?? noted, ...given, payload }),
			]),
		);
	};

	function act(name: string, personId: string, perform: (tx: Tx) => Promise<unknown>, prepare?: Act['prepare']): Act {
		return { name, personId, perform: (db) => asProvider(db, home, perform), ...(prepare ? { prepare } : {}) };
	}

	const acts: ((personId: string) => Act)[] = [
		(personId) => {
			const role = one(['carer', 'senior', 'nurse'] as const);
			const contract = one(['permanent', 'bank', 'agency'] as const);
			const siteId = one([northLodge, southLodge, null]);
			const given = { personId, siteId, recordedBy: who.manager, role, contract };
			return act('start employment', personId, (tx) => startEmployment(tx, home, catalogue, given));
		},
		(personId) => {
			const given = { personId, lastDay: dayFrom(-10, 40), recordedBy: who.manager };
			return act('end employment', personId, (tx) => endEmployment(tx, home, catalogue, given));
		},
		(personId) => {
			const { body } = one([...catalogue.modules.values()]);
			const learner = { providerId: home, personId };
			const last = body.pages.at(-1)?.id ?? '';
			return act(
				`complete ${body.slug}`,
				personId,
				(tx) => completeModule(tx, learner, catalogue, body.slug),
				(tx) => saveReading(tx, learner, body, last),
			);
		},
		(personId) => {
			const learner = { providerId: home, personId };
			const quiz = catalogue.quizzes.get('oral-medicines')?.body as Quiz;
			const right = random() < 0.7;
			const at = { siteId: northLodge, now: clock() };
			let attempt = '';
			return act(
				'hand a quiz in',
				personId,
				async (tx) => attempt && handInAttempt(tx, learner, catalogue, attempt, at),
				async (tx) => {
					const started = await startAttempt(tx, learner, catalogue, quiz.slug, { ...at, random });
					if (!started.ok) return;
					attempt = started.attemptId;
					const questions = quiz.banks.flatMap((bank) => bank.questions);
					for (const { id, options } of questions as { id: string; options?: { id?: string; correct?: boolean }[] }[])
						await saveAnswer(tx, learner, attempt, id, options?.find((each) => each.correct === right)?.id ?? 'none');
				},
			);
		},
		...Array.from({ length: 3 }, () => (personId: string) => {
			const assessor = { providerId: home, personId: one([who.assessor, who.otherAssessor]) };
			const now = clock();
			const criterion = one(Object.keys(everyLineMet.results));
			const answer = one(['yes', 'yes', 'no', 'not-seen']);
			const form = { ...everyLineMet, results: { ...everyLineMet.results, [criterion]: answer } };
			let roundId = '';
			return act(
				`sign a round, ${answer}`,
				personId,
				async (tx) => {
					const secrets = { assessorSecret: pin, learnerSecret: pin, checklist: oralRound };
					return roundId && signRound(tx, assessor, catalogue, { roundId, ...secrets, now });
				},
				async (tx) => {
					const pair = { learnerId: personId, siteId: northLodge, privilege: 'administer-oral' as const };
					const started = await startRound(tx, assessor, catalogue, pair, now);
					if (!started.ok) return;
					roundId = started.roundId;
					await saveRound(tx, assessor, roundId, form);
				},
			);
		}),
		...Array.from({ length: 3 }, () => (personId: string) => {
			const cell = { personId, siteId: site(), privilege: one(privileges) };
			const given = { id: randomUUID(), now: clock() };
			return act(`sign off ${cell.privilege}`, personId, async (tx) => {
				const preview = await previewSignOff(tx, manager, catalogue, cell, given.now);
				const shownLastDay = preview?.term.lastDay ?? '';
				return signOff(tx, manager, catalogue, cell, { ...given, shownLastDay });
			});
		}),
		(personId) => {
			const cell = { personId, siteId: site(), privilege: one(privileges) };
			const given = { id: randomUUID(), reason: one(['other', 'health'] as const), reviewOn: dayFrom(1, 30) };
			return act('pause', personId, (tx) => pause(tx, manager, catalogue, cell, { ...given, note: 'a note' }));
		},
		(personId) => {
			const cell = { personId, siteId: northLodge, privilege: 'administer-oral' as const };
			return act('lift', personId, (tx) => liftPause(tx, manager, catalogue, cell, {}));
		},
		(personId) => appended('withdrawal', personId, { privilege: one(privileges), siteId: one([northLodge, null]) }, {}),
		(personId) =>
			appended(
				'supervision',
				personId,
				{ privilege: one(privileges), siteId: northLodge, note: undefined },
				{ supervisor: who.assessor },
			),
		(personId) =>
			appended(
				'override',
				personId,
				{ privilege: one(privileges), siteId: northLodge, note: 'on call' },
				{ until: new Date(Date.now() + random() * days).toISOString(), note: '' },
			),
		(personId) => {
			const [id, note, now] = [randomUUID(), one(['', 'a note']), clock()];
			const award = { awardedOn: dayFrom(-400, -1), expiresOn: one([null, dayFrom(1, 300), dayFrom(-30, -1)]) };
			const form: RecordForm = one([
				{ kind: 'site-induction', id, note, site: site(), on: dayFrom(-5, 0) },
				{ kind: 'absence', id, note, from: dayFrom(-150, -1), back: one([null, dayFrom(0, 1)]) },
				{ kind: 'award', id, note, award: 'level-3-diploma', ...award },
				{ kind: 'agency-record', id, note, ...award },
				{
					kind: 'outside-assessment',
					id,
					note,
					site: southLodge,
					privilege: 'administer-oral',
					award: 'Level 3',
					awardedOn: dayFrom(-50, -1),
				},
				{ kind: 'age-decision', id, note, may: one(['yes', 'no']), privilege: 'administer-oral' },
			]);
			return act(form.kind, personId, (tx) => record(tx, manager, catalogue, personId, form, now));
		},
		...Array.from({ length: 2 }, () => (personId: string) => {
			const [id, share] = [randomUUID(), random()];
			let evidenceId: string | undefined;
			return act('take back', personId, async (tx) => {
				evidenceId ??= (await oneOf(tx, personId, share, () => true))?.id;
				return evidenceId && takeBack(tx, manager, catalogue, { id, evidenceId, note: 'wrong' });
			});
		}),
		(personId) => {
			const [id, back] = [randomUUID(), dayFrom(-5, 1)];
			return act('back from absence', personId, async (tx) => {
				const absence = await oneOf(tx, personId, 0, (each) => each.kind === 'absence' && !each.payload.back);
				return absence && endAbsence(tx, manager, catalogue, { id, evidenceId: absence.id, back });
			});
		},
		(personId) => {
			const [body, siteId] = [one(overrides), one([northLodge, null])];
			return act('set policy', personId, async (tx) => {
				await holdChain(tx, home);
				const next = sql<number>`(select coalesce(max(version), 0) + 1 from policies where provider_id = ${home})`;
				await tx
					.insert(policies)
					.values({ providerId: home, siteId, version: next as never, body, reason: 'why', recordedBy: who.manager });
				await project(tx, home, catalogue, await listPersonIds(tx, { providerId: home }));
			});
		},
		...Array.from({ length: 2 }, () => (personId: string) => ({
			name: 'checkpoint',
			personId,
			perform: (db: Db) => checkpointProvider(db, home, keeping),
		})),
	];

	return (personId = one(carers)): Act => one(acts)(personId);
}
