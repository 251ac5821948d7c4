import { randomUUID } from 'node:crypto';
import { acknowledge, declareRead, documentFor } from '#app/commands/acknowledging.ts';
import { saveRound, signRound, startRound } from '#app/commands/assessing.ts';
import { previewSignOff, signOff } from '#app/commands/authorising.ts';
import { delegate } from '#app/commands/delegating.ts';
import { completeModule, handInAttempt, saveAnswer, saveReading, startAttempt } from '#app/commands/learning.ts';
import { type RecordForm, record } from '#app/commands/recording.ts';
import { criteriaOf } from '#app/domain/checklist.ts';
import { reviewDays } from '#app/domain/delegation.ts';
import { requirementOf } from '#app/domain/privilege.ts';
import type { Quiz } from '#app/domain/quiz.ts';
import type { Answer } from '#app/domain/words.ts';
import { findAttempt } from '#db/queries/learning.ts';
import { type Cell, catalogue, home, pin, type Who, type World } from './home.ts';

/** What people do, each through the command that their page calls. Whatever is refused is an error: a walk takes only steps that can be taken. */
function must(outcome: { ok: boolean; why?: string } | null | boolean | undefined, what: string): void {
	const done = typeof outcome === 'boolean' ? outcome : outcome?.ok;
	if (!done) throw new Error(`${what}: ${typeof outcome === 'object' ? (outcome?.why ?? 'refused') : 'refused'}`);
}

export function acting(world: World) {
	const { inHome } = world;
	const learnerOf = (who: Who) => world.authoriser(who);

	const acts = {
		async reads(who: Who, slug: string) {
			const learner = await learnerOf(who);
			const body = catalogue.modules.get(slug)?.body;
			if (!body) throw new Error(`no module ${slug}`);
			for (const page of body.pages) await inHome((tx) => saveReading(tx, learner, body, page.id));
			must(await inHome((tx) => completeModule(tx, learner, catalogue, slug)), `reading ${slug}`);
		},
		async sitsQuiz(who: Who, slug: string, siteId: string) {
			const learner = await learnerOf(who);
			const quiz = catalogue.quizzes.get(slug)?.body as Quiz;
			const at = { siteId, now: world.now() };
			const started = await inHome((tx) => startAttempt(tx, learner, catalogue, slug, { ...at, random: Math.random }));
			if (!started.ok) throw new Error(`the quiz ${slug}: ${started.why}`);
			const { attemptId } = started;
			const attempt = await inHome((tx) => findAttempt(tx, { ...learner, attemptId }));
			const questions = quiz.banks.flatMap((bank) => bank.questions);
			for (const drawn of attempt?.drawn ?? []) {
				const asked = questions.find((each) => each.id === drawn.id);
				const answer =
					asked?.kind === 'sum'
						? asked.numbers[drawn.set ?? 0]?.answer
						: drawn.order?.findIndex((place) => asked?.options[place]?.right);
				await inHome((tx) => saveAnswer(tx, learner, attemptId, drawn.id, String(answer)));
			}
			const marked = await inHome((tx) => handInAttempt(tx, learner, catalogue, attemptId, at));
			must(marked?.passed ?? false, `passing ${slug}`);
		},
		async declares(who: Who, document: string) {
			const learner = await learnerOf(who);
			const asked = await inHome((tx) => documentFor(tx, learner, catalogue, document));
			const given = {
				id: randomUUID(),
				document,
				version: asked?.version ?? 1,
				openedAt: world.now(),
				now: world.now(),
			};
			must(await inHome((tx) => declareRead(tx, learner, catalogue, given)), `reading the ${document}`);
		},
		async acknowledges(who: Who, kind: string, slug: string) {
			const learner = await learnerOf(who);
			const given = { id: randomUUID(), kind, slug, now: world.now(), openedAt: world.now() };
			await inHome((tx) => acknowledge(tx, learner, catalogue, given));
		},
		async records(by: Who, who: Who, form: Omit<RecordForm, 'id' | 'note'>) {
			const authoriser = await world.authoriser(by);
			const whole = { id: randomUUID(), note: '', ...form } as RecordForm;
			must(
				await inHome((tx) => record(tx, authoriser, catalogue, world.idOf(who), whole, world.now())),
				`recording ${form.kind}`,
			);
		},
		/** One round, watched and signed by both within the hour; every line a Yes unless it says otherwise. */
		async watches(
			by: Who,
			cell: Cell,
			given: { answers?: Record<string, Answer>; variant?: string; stopped?: boolean } = {},
		) {
			const assessor = { providerId: home, personId: world.idOf(by) };
			const asked = requirementOf(catalogue.privileges.get(cell.privilege)?.body as never, 'observation');
			const checklist = catalogue.checklists.get(asked?.checklist ?? '')?.body;
			if (!checklist) throw new Error(`${cell.privilege} has no form`);
			const pair = { learnerId: cell.personId, siteId: cell.siteId, privilege: cell.privilege };
			const started = await inHome((tx) => startRound(tx, assessor, catalogue, pair, world.now()));
			if (!started.ok) throw new Error(`starting a round of ${cell.privilege}: ${started.why}`);
			const counted = checklist.counts ?? true;
			const form = {
				results: Object.fromEntries(criteriaOf(checklist).map((each) => [each.id, given.answers?.[each.id] ?? 'yes'])),
				people: counted ? 8 : 0,
				doses: counted ? 20 : 0,
				refusals: 0,
				stoppedForSafety: given.stopped ? 'yes' : '',
				simulated: asked?.simulation ? 'yes' : '',
				variant: given.variant ?? '',
				note: '',
			};
			const { roundId } = started;
			await inHome((tx) => saveRound(tx, assessor, roundId, form));
			await world.until(new Date(world.now().getTime() + 40 * 60_000));
			const secrets = { assessorSecret: pin, learnerSecret: pin };
			const signed = await inHome((tx) =>
				signRound(tx, assessor, catalogue, { roundId, ...secrets, checklist, now: world.now() }),
			);
			must(signed, `signing a round of ${cell.privilege}`);
			return signed;
		},
		async signsOff(by: Who, cell: Cell) {
			const authoriser = await world.authoriser(by);
			const preview = await inHome((tx) => previewSignOff(tx, authoriser, catalogue, cell, world.now()));
			const given = { id: randomUUID(), shownLastDay: preview?.term.lastDay ?? '', now: world.now() };
			must(await inHome((tx) => signOff(tx, authoriser, catalogue, cell, given)), `signing off ${cell.privilege}`);
			return preview?.term;
		},
		async delegates(by: Who, cell: Cell, person: string) {
			const authoriser = await world.authoriser(by);
			const given = {
				id: randomUUID(),
				person,
				registration: '12A3456B',
				reviewOn: reviewDays(world.now()).last,
				now: world.now(),
			};
			must(await inHome((tx) => delegate(tx, authoriser, catalogue, cell, given)), `delegating ${cell.privilege}`);
		},
	};
	return acts;
}

export type Acting = ReturnType<typeof acting>;
