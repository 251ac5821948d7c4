import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { rulesBySite } from '#app/commands/projecting.ts';
import { decide } from '#app/domain/decide.ts';
import type { Decision } from '#app/domain/decision.ts';
import { isPrivilegeCode, type PrivilegeCode, privilegeCodes } from '#app/domain/privilege.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { did } from '../support/amounts.ts';
import { goodAtInsulin, handOver } from '../support/authzen.ts';
import type { TestDatabase } from '../support/database.ts';
import { asFairfield, catalogue, elmCourt, fairfield, roseHouse } from '../support/demonstration.ts';
import { type Answer, testGate } from '../support/gate.ts';
import { goodToken, requestsFor, type WireRequest, type Words } from './contract.ts';

// `npm run fuzz`: many more of the same. FUZZ_SEED repeats what a run has found.
const requests = Number(process.env.FUZZ_REQUESTS ?? (process.env.npm_lifecycle_event === 'fuzz' ? 50_000 : 1000));
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
const atOnce = 8;

const sites: Record<string, string> = { 'rose-house': roseHouse, 'elm-court': elmCourt };
const handedOverFor = 'resident-17';

/** Whether somebody may do something somewhere by the rules alone, from the evidence, without anything of the gate. */
async function lawOf(db: TestDatabase) {
	const known = new Map<string, Promise<Decision | null>>();
	const [codes, rules] = await asFairfield(db, async (tx) => [
		await db.owner<
			{ id: string; staff_code: string }[]
		>`select id, staff_code from people where provider_id = ${fairfield}`,
		await rulesBySite(tx, fairfield, catalogue),
	]);
	const idOf = new Map(codes.map((each) => [each.staff_code, each.id]));
	const decisionOn = (staffCode: string, privilege: PrivilegeCode, site: string, at?: string, person?: string) => {
		const key = [staffCode, privilege, site, at, person].join('\0');
		const found =
			known.get(key) ??
			asFairfield(db, async (tx) => {
				const [personId, siteId] = [idOf.get(staffCode), sites[site]];
				if (!personId || !siteId) return null;
				const evidence = await listEvidenceOf(tx, { providerId: fairfield, personIds: [personId] });
				return decide(
					rules(siteId),
					evidence,
					{ privilege, siteId, ...(person ? { person } : {}) },
					at ? new Date(at) : new Date(),
				);
			});
		known.set(key, found);
		return found;
	};
	return {
		decisionOn,
		staffCodes: [...idOf.keys()],
		/** @param at an instant to come; otherwise this one. */
		async permits({ subject, action, resource, context = {} }: Asked, at?: string): Promise<boolean> {
			if (subject.type !== 'staff' || resource.type !== 'site' || !isPrivilegeCode(action.name)) return false;
			const [privilege, site] = [action.name, resource.id];
			const own = await decisionOn(subject.id, privilege, site, at, context.person ?? context.delegation);
			const second = async (who: string | undefined, as: PrivilegeCode) =>
				who !== undefined && who !== subject.id && (await decisionOn(who, as, site, at))?.code === 'competent';
			const alone = own?.permit === true;
			if (!alone && !(own?.code === 'supervised_only' && (await second(context.supervisor, privilege)))) return false;
			const witness = catalogue.privileges.get(privilege)?.body.witness;
			const siteId = sites[site];
			if (!witness || !siteId || !rules(siteId).policy.witness) return true;
			return second(context.witness, witness);
		},
	};
}

interface Asked {
	subject: { type: string; id: string };
	action: { name: string };
	resource: { type: string; id: string };
	context?: { witness?: string; supervisor?: string; person?: string; delegation?: string };
}

/** What fits a place in a request, and now and then what does not. */
function wordsOf(staffCodes: string[]): Words {
	const privileges = ['administer-oral', 'administer-oral', 'administer-insulin', 'administer-controlled-drug'];
	const likely = staffCodes.slice(0, 4);
	const fitting: [RegExp, string[]][] = [
		[/subject\.type$/, ['staff']],
		[/resource\.type$/, ['site']],
		[/(subject\.id|staff_code|supervisor|witness)$/, [...likely, ...likely, ...likely, ...staffCodes]],
		[/action\.name|privilege$/, [...Array(8).fill(privileges).flat(), ...privilegeCodes]],
		[/resource\.id|site$/, ['rose-house', 'rose-house', ...Object.keys(sites)]],
		[/person|delegation$/, [handedOverFor]],
	];
	const any = fc.constantFrom(
		...staffCodes.slice(0, 4),
		...Object.keys(sites),
		...privileges,
		'staff',
		'site',
		handedOverFor,
	);
	return (where) => {
		const [, words] = fitting.find(([place]) => place.test(where)) ?? [];
		return words ? fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: any }) : any;
	};
}

interface Permit {
	asked: Asked;
	/** Where it is planned: for when. */
	at: string | undefined;
}

/** Whatever an answer permits or lists, each as a question of its own. */
function permitted(sent: WireRequest, answer: Answer): Permit[] {
	if (answer.status !== 200 || sent.method === 'HEAD' || !sent.path.startsWith('/access/')) return [];
	const body = JSON.parse(String(sent.body));
	const { results, evaluations, decision, context } = answer.body;
	// A search with a time that is good is about that time, as an evaluation is.
	const time = body.context?.time;
	const planned = typeof time === 'string' && Date.parse(time) > Date.now() ? time : undefined;
	if (results)
		return results.map((found: { id?: string; name?: string }) => {
			const place = sent.path.split('/').at(-1) as string;
			return { asked: { ...body, [place]: { ...body[place], ...found } }, at: planned };
		});
	const items = (evaluations ?? [{ decision, context }]) as { decision: boolean; context: { planned?: true } }[];
	return items.flatMap((item, place) => {
		const asked = { ...body, ...Object(body.evaluations?.[place]) };
		return item.decision ? [{ asked, at: item.context.planned && asked.context.time }] : [];
	});
}

test(`of ${requests} requests made from the document, and spoilt, each is answered as it says, and permits nothing that the rules do not`, async () => {
	const { db, send, token } = await testGate();
	await db.owner`update clients set scopes = ${[
		...['authzen.evaluate', 'authzen.search', 'authzen.plan', 'authzen.detail', 'events.read'],
		...['status.read', 'incidents.write', 'subjects.manage'],
	]}, per_second = 20000, burst = 20000`;
	await goodAtInsulin(db);
	await handOver(db, { person: handedOverFor });
	const law = await lawOf(db);
	const bearer = `Bearer ${await token()}`;
	const document = (await send({ path: '/openapi.json', method: 'GET' })).body;
	const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
	const valid = new Map<string, ReturnType<typeof ajv.compile>>();
	const words = wordsOf([
		'ben.whitfield',
		'tomasz.nowak',
		'margaret.doyle',
		'danny.hughes',
		...law.staffCodes.slice(0, 8),
	]);
	const counts: Record<string, number> = {};
	const count = (what: string) => {
		counts[what] = (counts[what] ?? 0) + 1;
	};

	async function check(sent: WireRequest): Promise<void> {
		const { authorization = '' } = sent.headers;
		const headersSent = {
			...sent.headers,
			authorization: authorization === goodToken ? bearer : authorization,
			// Node leaves it away with methods that seldom have a body, and the body would be taken for another request.
			'content-length': String(sent.body?.length ?? 0),
		};
		const answer = await send({ ...sent, headers: headersSent, body: sent.body as Buffer }).catch((error: unknown) => {
			// Whoever still sends when the answer has been given and the connection closed may not get to see it.
			if ((sent.body?.length ?? 0) <= 64 * 1024) throw error;
		});
		if (!answer) return count('too large, cut off');
		const { status, headers } = answer;
		count(String(status));
		expect(status, 'a server error').toBeLessThan(500);
		expect(headers['x-request-id'], `${status}, ${JSON.stringify(answer.body).slice(0, 200)}`).toBe(
			sent.headers['x-request-id'],
		);
		const [, path = ''] = sent.operation.split(' ');
		const operation = document.paths[path][sent.method === 'HEAD' ? 'get' : sent.method.toLowerCase()];
		if (!operation) {
			expect(status, 'a method that is not there').toBe(405);
			return;
		}
		const described = operation.responses[status];
		expect(described, `${status} is not documented`).toBeDefined();
		const type = String(headers['content-type']).split(';')[0] ?? '';
		const schema = described.content?.[type]?.schema;
		if (sent.method !== 'HEAD' && described.content) {
			expect(schema, `${status} as ${type} is not documented`).toBeDefined();
			const key = `${sent.method} ${path} ${status}`;
			const validate = valid.get(key) ?? ajv.compile(schema);
			valid.set(key, validate);
			const body =
				typeof answer.body === 'string' && type !== 'application/json' ? JSON.parse(answer.body) : answer.body;
			if (!validate(body)) throw new Error(`${key}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`);
		}
		for (const { asked, at } of permitted(sent, answer)) {
			count('permits');
			if (answer.body.results) count('permits found');
			if (at) count('planned');
			for (const second of ['witness', 'supervisor', 'person', 'delegation'] as const)
				if (asked.context?.[second]) count(`with ${second}`);
			expect(await law.permits(asked, at), `permitted ${JSON.stringify(asked)}`).toBe(true);
		}
		if (status === 200 && sent.method === 'GET' && path === '/v1/status-tokens')
			for (const [subject, id] of Object.entries(answer.body.subjects as Record<string, string>)) {
				const { people } = decodeJwt<{ people: Record<string, { action: PrivilegeCode }[]> }>(answer.body.token);
				for (const { action } of people[id] ?? [])
					expect((await law.decisionOn(subject, action, answer.body.site))?.permit, `${subject} ${action}`).toBe(true);
				count('people on lists');
			}
	}

	const several = fc.array(requestsFor(document, words), {
		minLength: atOnce,
		maxLength: atOnce,
	});
	await fc.assert(
		fc.asyncProperty(several, async (all) => {
			await Promise.all(all.map(check));
		}),
		{ seed, numRuns: Math.ceil(requests / atOnce), endOnFailure: true },
	);
	did(`${requests} requests made from the document, with seed ${seed}: ${JSON.stringify(counts)}`);
	for (const status of ['200', '400', '401', '405', '413']) expect(counts[status], status).toBeGreaterThan(0);
	expect(counts.permits).toBeGreaterThan(0);
}, 1_800_000);
