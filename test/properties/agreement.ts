import type { AppLoadContext, LoaderFunctionArgs } from '@remix-run/node';
import { expect } from 'vitest';
import { rulesBySite } from '#app/commands/projecting.ts';
import { registerClient } from '#app/commands/registering-clients.ts';
import { decider } from '#app/domain/decide.ts';
import type { Decision } from '#app/domain/decision.ts';
import { type Evidence, presentFor } from '#app/domain/evidence.ts';
import { lastDayShown } from '#app/domain/matrix.ts';
import { sayDay } from '#app/domain/period.ts';
import { twoPeopleAt } from '#app/domain/policy-grace.ts';
import { type PrivilegeCode, requirementOf } from '#app/domain/privilege.ts';
import type { Random } from '#app/domain/quiz.ts';
import { reasonWords } from '#app/domain/reason.ts';
import type { Question, Rules } from '#app/domain/rules.ts';
import { decideTogether, type Second } from '#app/domain/together.ts';
import { readInduction } from '#app/routes/learning/read-induction.server.ts';
import { readMatrix } from '#app/routes/people/read-matrix.server.ts';
import { readPerson } from '#app/routes/people/read-person.server.ts';
import { loader as readStanding } from '#app/routes/people/standing.tsx';
import { setDatabase } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listSegments } from '#db/queries/standings.ts';
import { type Decision as Answer, Countersign } from '../../client/src/countersign.ts';
import { issuer, serveGate } from '../support/gate.ts';
import { supported } from '../walks/follow.ts';
import { catalogue, firstSite, home, secondSite, staff, type Who, type World } from '../walks/home.ts';

/** What the rule says of anybody, from all of their evidence, at one moment. */
export interface Ruling {
	at: Date;
	rules: (siteId: string) => Rules;
	evidenceOf(personId: string): readonly Evidence[];
	decide(personId: string, question: Question): Decision;
}

/** A cell as another system asks about it: somebody alone, or together with others. */
interface Asked extends Question {
	who: Who;
	witness?: Who | undefined;
	supervisor?: Who | undefined;
}

/** What somebody says of cells, by their names. */
type Said = Record<string, object>;

const everybody = Object.keys(staff) as Who[];
const sites = [
	{ siteId: firstSite, slug: 'first' },
	{ siteId: secondSite, slug: 'second' },
];
const slugOf = (siteId: string) => sites.find((each) => each.siteId === siteId)?.slug ?? '';
const privileges = [...catalogue.privileges.values()].map(({ body }) => body);
/** Those that somebody else has a part in, however well whoever is asked about stands. */
const forTwo = privileges.filter((each) => each.witness || requirementOf(each, 'delegation')).map(({ code }) => code);

const nameOf = ({ who, siteId, privilege, witness, supervisor, person }: Asked) =>
	[who, slugOf(siteId), privilege, witness && `witness ${witness}`, supervisor && `beside ${supervisor}`, person]
		.filter(Boolean)
		.join(' ');
const named = <C extends Asked>(cells: readonly C[], say: (cell: C) => object): Said =>
	Object.fromEntries(cells.map((cell) => [nameOf(cell), say(cell)]));

/** What the rule says now. The world's clock is then where the database's is, which writes a moment later. */
export async function ruleNow(world: World): Promise<Ruling> {
	return world.inHome(async (tx) => {
		const personIds = everybody.map(world.idOf);
		const evidence = await listEvidenceOf(tx, { providerId: home, personIds });
		const rules = await rulesBySite(tx, home, catalogue);
		const at = presentFor(evidence, world.now());
		await world.until(at);
		const theirs = new Map(personIds.map((id) => [id, evidence.filter((each) => each.personId === id)]));
		const evidenceOf = (personId: string) => theirs.get(personId) ?? [];
		const deciders = new Map<string, (question: Question) => Decision>();
		return {
			at,
			rules,
			evidenceOf,
			decide(personId, question) {
				const key = `${personId} ${question.siteId}`;
				const answer = deciders.get(key) ?? decider(rules(question.siteId), evidenceOf(personId), at);
				deciders.set(key, answer);
				return answer(question);
			},
		};
	});
}

/**
 * Holds to the rule whoever says where people stand: the stored standings, the gate as another system asks it over the
 * wire, the matrix, the page of a person and the learner's own. Each time all privileges at all sites, of those who have
 * new evidence and of somebody else; the page of a cell shows one cell, so one is looked at. What people may do together
 * the gate has from the rule's own `decideTogether`: here that is given what the evidence says of each.
 */
export async function agreement(world: World, random: Random) {
	const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
	const perhaps = <T>(value: T): T | undefined => (random() < 0.7 ? value : undefined);
	const client = await clientOf(world);
	setDatabase(world.database);
	let seen = 0;
	/** How many answers have been held to the rule, and how many permits for two there were among them, by their codes. */
	const counted = { held: 0, forTwo: new Map<string, number>() };

	async function holdAll(ruling: Ruling, act: string): Promise<void> {
		const { at } = ruling;
		const decided = (cell: Asked) => ruling.decide(world.idOf(cell.who), cell);
		const newest = (who: Who) => ruling.evidenceOf(world.idOf(who)).at(-1)?.seq ?? 0;
		const people = [...new Set([...everybody.filter((who) => newest(who) > seen), one(everybody)])];
		seen = Math.max(...everybody.map(newest));
		const cells = people.flatMap((who) =>
			sites.flatMap(({ siteId }) => privileges.map(({ code }): Asked => ({ who, siteId, privilege: code }))),
		);
		const together = cells
			.filter((cell) => forTwo.includes(cell.privilege) || decided(cell).code === 'supervised_only')
			.map((cell) => ({
				...cell,
				witness: perhaps(one<Who>(['lead', one(everybody)])),
				supervisor: perhaps(one<Who>(['lead', 'nurse', one(everybody)])),
				person: perhaps(one([supported, supported, 'R-18'])),
			}));
		const hold = (whose: string, said: Said, asked: readonly Asked[], ruled: (cell: Asked) => object) => {
			expect(said, `${act}: ${whose}`).toEqual(named(asked, ruled));
			counted.held += asked.length;
		};
		const until = (cell: Asked) => {
			const day = lastDayShown(decided(cell));
			return day && sayDay(day);
		};

		hold('what is stored', await storedOf(people, at), cells, (cell) => {
			const { permit, code, standing, validUntil } = decided(cell);
			return { permit, code, standing, validUntil };
		});
		const asked = [...cells, ...together];
		hold('the gate', await atGate(asked), asked, (cell) => ruledTogether(ruling, cell));
		const matters = (cell: Asked) => decided(cell).standing !== 'not-required';
		for (const { siteId, slug } of sites) {
			const matrix = await matrixOf(slug, people, at);
			// Whoever does not work there today is not in it.
			const shown = cells.filter((cell) => nameOf(cell) in matrix || (cell.siteId === siteId && matters(cell)));
			hold('the matrix', matrix, shown, (cell) => {
				const decision = decided(cell);
				return { standing: decision.standing, lastDay: lastDayShown(decision) };
			});
		}
		for (const who of people) {
			const theirs = cells.filter((cell) => cell.who === who);
			hold('the page of a person', await pageOf(who, at), theirs.filter(matters), (cell) => {
				const { standing } = decided(cell);
				return { standing, until: until(cell) };
			});
			const own = await ownPageOf(who, at);
			// It shows what their roles are for.
			const shown = theirs.filter((cell) => nameOf(cell) in own);
			hold('their own page', own, shown, (cell) => {
				const { permit, standing } = decided(cell);
				return { permit, standing, until: until(cell) };
			});
		}
		const cell = one(cells);
		hold('the page of a cell', await cellPageOf(cell, at), [cell], () => {
			const { permit, code, standing } = decided(cell);
			return { permit, standing, until: until(cell), nextStep: reasonWords[code].nextStep };
		});
		for (const cell of together) {
			const { permit, code } = ruledTogether(ruling, cell);
			if (permit) counted.forTwo.set(code, (counted.forTwo.get(code) ?? 0) + 1);
		}
	}

	function ruledTogether(ruling: Ruling, { who, witness, supervisor, ...question }: Asked) {
		const { siteId, privilege } = question;
		const body = catalogue.privileges.get(privilege)?.body;
		const second = (other: Who, asked = privilege): Second => {
			const personId = world.idOf(other);
			return { personId, decision: ruling.decide(personId, { ...question, privilege: asked }) };
		};
		const { permit, code, validUntil } = decideTogether(
			{
				...second(who),
				supervisor: supervisor && second(supervisor),
				witness: witness &&
					body?.witness && {
						...second(witness, body.witness),
						holdsTask: second(witness).decision.code === 'competent' && second(witness).decision.permit,
					},
			},
			{ witness: body?.witness },
			twoPeopleAt(ruling.rules(siteId), ruling.at),
		);
		return { permit, code, validUntil: permit ? validUntil : null };
	}

	async function atGate(asked: readonly Asked[]): Promise<Said> {
		const called = (who: Who | undefined) => who?.toLowerCase();
		const answers = await client.evaluations(
			asked.map(({ who, siteId, privilege, witness, supervisor, person }) => ({
				subject: who.toLowerCase(),
				action: privilege,
				site: slugOf(siteId),
				witness: called(witness),
				supervisor: called(supervisor),
				person,
			})),
		);
		return Object.fromEntries(
			asked.map((cell, place) => {
				const { decision, code, validUntil } = answers[place] as Answer;
				return [nameOf(cell), { permit: decision, code, validUntil: validUntil ?? null }];
			}),
		);
	}

	/** The stretch that the gate takes of each cell. */
	async function storedOf(people: readonly Who[], at: Date): Promise<Said> {
		const whoIs = new Map(people.map((who) => [world.idOf(who), who]));
		const segments = await world.inHome((tx) => listSegments(tx, { providerId: home, personIds: [...whoIs.keys()] }));
		const said: Said = {};
		for (const { personId, siteId, privilege, endsAt, permit, code, standing, permitUntil } of segments) {
			const who = whoIs.get(personId);
			if (!who || (endsAt && endsAt <= at)) continue;
			said[nameOf({ who, siteId, privilege })] ??= { permit, code, standing, validUntil: permitUntil };
		}
		return said;
	}

	async function matrixOf(slug: string, people: readonly Who[], at: Date): Promise<Said> {
		const { context, request } = await visit('manager', `/sites/${slug}/matrix`, at);
		const { rows, privileges: columns, site } = await readMatrix(context, request, slug);
		return Object.fromEntries(
			rows.flatMap(({ person, cells }) => {
				const who = people.find((each) => world.idOf(each) === person.id);
				if (!who) return [];
				return cells.map(({ standing, lastDay }, place) => {
					const privilege = columns[place]?.code as PrivilegeCode;
					return [nameOf({ who, siteId: site.id, privilege }), { standing, lastDay }];
				});
			}),
		);
	}

	async function pageOf(who: Who, at: Date): Promise<Said> {
		const address = `/people/${world.idOf(who)}`;
		const page = await readPerson(await visit('manager', address, at, { person: world.idOf(who) }));
		return Object.fromEntries(
			page.standings.map(({ to, standing, until }) => [
				to.replace(address, who).replaceAll('/', ' '),
				{ standing, until },
			]),
		);
	}

	async function ownPageOf(who: Who, at: Date): Promise<Said> {
		const { under, startable, later, done } = await readInduction(await visit(who, '/induction', at));
		return Object.fromEntries(
			[...under, ...startable, ...later, ...done].map(({ key, permit, standing, until }) => {
				const [siteId = '', privilege] = key.split(' ');
				return [nameOf({ who, siteId, privilege: privilege as PrivilegeCode }), { permit, standing, until }];
			}),
		);
	}

	async function cellPageOf(cell: Asked, at: Date): Promise<Said> {
		const params = { person: world.idOf(cell.who), site: slugOf(cell.siteId), privilege: cell.privilege };
		const address = `/people/${params.person}/${params.site}/${params.privilege}`;
		const { permit, standing, until, nextStep } = await readStanding(await visit('manager', address, at, params));
		return { [nameOf(cell)]: { permit, standing, until, nextStep } };
	}

	/** What a page's loader is given when somebody opens it at a moment. */
	async function visit(who: Who, path: string, at: Date, params: LoaderFunctionArgs['params'] = {}) {
		const visitor = {
			...(await world.authoriser(who)),
			providerName: 'Walks',
			demonstration: false,
			staffCode: who.toLowerCase(),
			givenName: who,
			name: `${who} Walks`,
		};
		const context = { now: at, visitor: async () => visitor } as unknown as AppLoadContext;
		return { context, request: new Request(`http://walks.test${path}`), params };
	}

	return { holdAll, counted };
}

/** Another system that asks the gate, and holds no answer. */
async function clientOf(world: World): Promise<Countersign> {
	const manager = await world.authoriser('manager');
	const registered = await world.inHome((tx) =>
		registerClient(tx, manager, {
			name: 'eMAR of walks',
			scopes: ['authzen.evaluate'],
			perSecond: 20_000,
			burst: 20_000,
			proof: 'secret',
			keys: '',
		}),
	);
	if (!registered.ok || !registered.secret) throw new Error('no client');
	const { port } = await serveGate(world.database);
	return new Countersign({
		url: `http://127.0.0.1:${port}`,
		issuer,
		credentials: { clientId: registered.clientId, clientSecret: registered.secret },
		mostHeld: 0,
		timeout: 30_000,
	});
}
