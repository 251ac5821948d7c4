import { randomUUID } from 'node:crypto';
import { append, fact } from '#app/commands/append.ts';
import { saveRound, signRound, startRound } from '#app/commands/assessing.ts';
import { pause, previewSignOff, signOff } from '#app/commands/authorising.ts';
import { handInAttempt, saveAnswer, startAttempt } from '#app/commands/learning.ts';
import { takeBack } from '#app/commands/recording.ts';
import { type Checklist, criteriaOf } from '#app/domain/checklist.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import { asProvider, type Db, type Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { catalogue, home, manager, northLodge, pin, who } from './home.ts';

/** What a request carries: everything that is the same when it is sent again. */
export interface Request {
	id: string;
	now: string;
	/** What the page had shown, or what it is about. */
	about: string;
}

/** Something that somebody does, each in one transaction, under an id that makes it the same when it is sent again. */
export interface Deed {
	personId: string;
	/** How its row of evidence is found by the request's id. */
	row: 'id' | 'attempt';
	hasNote: boolean;
	/** What has to be there before. */
	prepare(tx: Tx): Promise<Request>;
	/** Whether it says that it is done. */
	send(tx: Tx, request: Request): Promise<boolean>;
}

const oral: PrivilegeCode = 'administer-oral';
export const oralRound = catalogue.checklists.get('oral-round')?.body as Checklist;
export const everyLineMet = {
	results: Object.fromEntries(criteriaOf(oralRound).map((each) => [each.id, 'yes'])),
	people: 8,
	doses: 20,
	refusals: 0,
	stoppedForSafety: false,
	note: 'Calm and careful',
};
const request = (id: string = randomUUID(), about = ''): Request => ({ id, now: new Date().toISOString(), about });

export const deeds = {
	'appending a withdrawal': {
		personId: who.holder,
		row: 'id',
		hasNote: true,
		prepare: async () => request(),
		async send(tx, { id }) {
			const withdrawal = fact({
				id,
				kind: 'withdrawal',
				personId: who.holder,
				privilege: oral,
				siteId: northLodge,
				recordedBy: who.manager,
				payload: {},
				note: 'why',
			});
			return (await append(tx, home, catalogue, [withdrawal])).length === 1;
		},
	},
	'signing a round': {
		personId: who.ready,
		row: 'id',
		hasNote: true,
		async prepare(tx) {
			const assessor = { providerId: home, personId: who.assessor };
			const pair = { learnerId: who.ready, siteId: northLodge, privilege: oral };
			const started = await startRound(tx, assessor, catalogue, pair, new Date());
			if (!started.ok) throw new Error(started.why);
			await saveRound(tx, assessor, started.roundId, everyLineMet);
			return request(started.roundId);
		},
		async send(tx, { id, now }) {
			const secrets = { assessorSecret: pin, learnerSecret: pin, checklist: oralRound };
			const assessor = { providerId: home, personId: who.assessor };
			const signed = await signRound(tx, assessor, catalogue, { roundId: id, ...secrets, now: new Date(now) });
			// The round is gone once it is evidence: that is what the assessor is told the second time.
			return signed.ok || signed.why === 'unknown-round';
		},
	},
	'signing off': {
		personId: who.ready,
		row: 'id',
		hasNote: false,
		async prepare(tx) {
			const preview = await previewSignOff(tx, manager, catalogue, cellOf(who.ready), new Date());
			return request(randomUUID(), preview?.term.lastDay);
		},
		async send(tx, { id, about, now }) {
			const given = { id, shownLastDay: about, now: new Date(now) };
			return (await signOff(tx, manager, catalogue, cellOf(who.ready), given)).ok;
		},
	},
	pausing: {
		personId: who.holder,
		row: 'id',
		hasNote: true,
		prepare: async () => request(),
		async send(tx, { id }) {
			const given = { id, reason: 'other', reviewOn: '2030-01-01', note: 'why' } as const;
			return (await pause(tx, manager, catalogue, cellOf(who.holder), given)).ok;
		},
	},
	'taking a round back': {
		personId: who.holder,
		row: 'id',
		hasNote: true,
		async prepare(tx) {
			const theirs = await listEvidenceOf(tx, { providerId: home, personIds: [who.holder] });
			return request(randomUUID(), theirs.find((each) => each.kind === 'observation')?.id);
		},
		async send(tx, { id, about }) {
			return (await takeBack(tx, manager, catalogue, { id, evidenceId: about, note: 'why' }))?.ok ?? false;
		},
	},
	'handing a quiz in': {
		personId: who.learner,
		row: 'attempt',
		hasNote: false,
		async prepare(tx) {
			const learner = { providerId: home, personId: who.learner };
			const now = new Date();
			const quiz = 'oral-medicines';
			const started = await startAttempt(tx, learner, catalogue, quiz, { siteId: northLodge, now, random: () => 0.5 });
			if (!started.ok) throw new Error(started.why);
			await saveAnswer(tx, learner, started.attemptId, 'a-question', 'an-answer');
			return request(started.attemptId);
		},
		async send(tx, { id, now }) {
			const learner = { providerId: home, personId: who.learner };
			const given = { siteId: northLodge, now: new Date(now) };
			return (await handInAttempt(tx, learner, catalogue, id, given)) !== null;
		},
	},
} satisfies Record<string, Deed>;

export type DeedName = keyof typeof deeds;
export const deedNames = Object.keys(deeds) as DeedName[];

function cellOf(personId: string) {
	return { personId, siteId: northLodge, privilege: oral };
}

export function prepare(db: Db, name: DeedName): Promise<Request> {
	return asProvider(db, home, (tx) => deeds[name].prepare(tx));
}

export function send(db: Db, name: DeedName, given: Request): Promise<boolean> {
	return asProvider(db, home, (tx) => deeds[name].send(tx, given));
}
