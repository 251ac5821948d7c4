import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ContentVersion, PinnedVersion } from '#db/queries/content.ts';
import { type Checklist, checklist } from './domain/checklist.ts';
import { type ContentKind, provenance } from './domain/content.ts';
import { canonical } from './domain/ledger.ts';
import { type LearningModule, learningModule } from './domain/module.ts';
import { type ShippedPolicy, shippedPolicy } from './domain/policy.ts';
import { type Privilege, type PrivilegeCode, privilege, privilegeCodes, requirementOf } from './domain/privilege.ts';
import { drawQuiz, type QuestionBank, type Quiz, questionBank } from './domain/quiz.ts';
import { readable, type Titles } from './domain/requirement-words.ts';
import type { ContentChange } from './domain/rules.ts';

/** Content with the id of its pinned version: what evidence points at. */
export interface Pinned<T> {
	versionId: string;
	version: number;
	hash: string;
	body: T;
}

export interface Catalogue {
	modules: ReadonlyMap<string, Pinned<LearningModule>>;
	quizzes: ReadonlyMap<string, Pinned<Quiz>>;
	checklists: ReadonlyMap<string, Pinned<Checklist>>;
	privileges: ReadonlyMap<PrivilegeCode, Pinned<Privilege>>;
	policy: Pinned<ShippedPolicy>;
	/** Every version of a privilege that a sign-off may have been made under, by content version id. */
	privilegeVersions: Map<string, Privilege>;
	/** Every version of a form that a round may have been filled in on, by content version id. */
	checklistVersions: Map<string, Checklist>;
	/** Every shipped policy that a sign-off may have been made under. */
	shippedPolicies: ShippedPolicy[];
	/** Everything the database has ever pinned, oldest first; empty until `rememberEarlier`. */
	pinned: readonly PinnedVersion[];
	/** The new versions that ask something of people who were signed off before. */
	changes: readonly ContentChange[];
	/** Everything above, as the database pins it. */
	versions: ContentVersion[];
}

export class ContentError extends Error {}

/** Reads and checks all of `content/`. Throws ContentError with the file and what is wrong with it. */
export function readCatalogue(folder = path.resolve('content')): Catalogue {
	const versions: ContentVersion[] = [];
	const pin = <T>(kind: ContentKind, slug: string, version: number, body: T): Pinned<T> => {
		const hash = createHash('sha256').update(`${kind}/${slug}\n`).update(canonical(body)).digest('hex');
		const versionId = idFromHash(hash);
		versions.push({ id: versionId, kind, slug, version, hash, body });
		return { versionId, version, hash, body };
	};

	const modules = new Map<string, Pinned<LearningModule>>();
	const banks = new Map<string, QuestionBank>();
	for (const slug of namesIn(path.join(folder, 'modules'))) {
		const body = readContent(path.join(folder, 'modules', slug, 'module.yaml'), learningModule);
		const bank = readContent(path.join(folder, 'modules', slug, 'questions.yaml'), questionBank);
		if (body.slug !== slug || bank.module !== slug)
			throw new ContentError(`modules/${slug}: slug differs from its folder`);
		modules.set(slug, pin('module', slug, body.provenance.version, body));
		banks.set(slug, bank);
	}

	const checklists = new Map<string, Pinned<Checklist>>();
	for (const name of namesIn(path.join(folder, 'checklists'))) {
		const body = readContent(path.join(folder, 'checklists', name), checklist);
		checklists.set(body.slug, pin('checklist', body.slug, body.provenance.version, body));
	}

	const privileges = new Map<PrivilegeCode, Pinned<Privilege>>();
	const quizzes = new Map<string, Pinned<Quiz>>();
	for (const name of namesIn(path.join(folder, 'privileges')).sort(byPlaceInMatrix)) {
		const body = readContent(path.join(folder, 'privileges', name), privilege);
		if (`${body.code}.yaml` !== name) throw new ContentError(`privileges/${name}: its code is ${body.code}`);
		privileges.set(body.code, pin('privilege', body.code, body.provenance.version, body));
		const asked = requirementOf(body, 'quiz');
		if (!asked) continue;
		const quiz = quizOf(asked.quiz, asked.draw, banks);
		const version = Math.max(...quiz.banks.map((bank) => bank.provenance.version));
		quizzes.set(quiz.slug, pin('quiz', quiz.slug, version, quiz));
	}

	const policy = readContent(path.join(folder, 'policy.yaml'), shippedPolicy);
	const { owner: _, ...numbers } = policy;
	const catalogue: Catalogue = {
		modules,
		quizzes,
		checklists,
		privileges,
		policy: pin('policy', 'shipped', policy.version, numbers),
		shippedPolicies: [numbers],
		pinned: [],
		changes: [],
		privilegeVersions: new Map([...privileges.values()].map((each) => [each.versionId, each.body])),
		checklistVersions: new Map([...checklists.values()].map((each) => [each.versionId, each.body])),
		versions,
	};
	checkBanks(modules, banks);
	for (const { body } of quizzes.values()) drawQuiz(body, () => 0);
	checkPrivileges(catalogue);
	return catalogue;
}

/** Adds what the database has pinned before: a sign-off is still held to what was asked when it was made. */
export function rememberEarlier(catalogue: Catalogue, pinned: readonly PinnedVersion[]): void {
	for (const { id, kind, body } of pinned) {
		if (kind === 'privilege' && !catalogue.privilegeVersions.has(id)) {
			const earlier = privilege.safeParse(body);
			if (earlier.success) catalogue.privilegeVersions.set(id, earlier.data);
		}
		if (kind === 'checklist' && !catalogue.checklistVersions.has(id)) {
			const earlier = checklist.safeParse(body);
			if (earlier.success) catalogue.checklistVersions.set(id, earlier.data);
		}
		if (kind === 'policy') {
			const earlier = shippedPolicy.omit({ owner: true }).safeParse(body);
			const known = catalogue.shippedPolicies.some(({ version }) => version === earlier.data?.version);
			if (earlier.success && !known) catalogue.shippedPolicies.push(earlier.data);
		}
	}
	catalogue.pinned = pinned;
	catalogue.changes = pinned.flatMap((version, place) => {
		const { kind, slug } = version;
		// The first version there is changes nothing for anybody: whoever was signed off earlier was not taught another.
		const hasEarlier = pinned.slice(0, place).some((each) => each.kind === kind && each.slug === slug);
		const change = changeIn(version);
		if (!hasEarlier || !change || kind === 'policy') return [];
		return [
			{
				kind: kind as ContentChange['kind'],
				slug,
				version: version.version,
				inForceFrom: version.recordedAt,
				...change,
			},
		];
	});
}

/** What a version says that it asks. A quiz says so in its newest bank. */
function changeIn({ body, version }: PinnedVersion) {
	const said = z
		.union([
			z.object({ provenance }).transform((each) => [each.provenance]),
			z
				.object({ banks: z.array(z.object({ provenance })) })
				.transform(({ banks }) => banks.map((bank) => bank.provenance)),
		])
		.safeParse(body);
	return said.data?.find((each) => each.version === version)?.change;
}

/** Every kind of content that a decision can depend on. */
export const rememberedKinds: readonly ContentKind[] = ['module', 'quiz', 'checklist', 'privilege', 'policy'];

let current: Catalogue | undefined;

/** The catalogue of this process, read when first asked for. */
export function catalogue(): Catalogue {
	current ??= readCatalogue();
	return current;
}

/** A version-8 UUID made of a hash's first bytes: the same content has the same id in every database. */
function idFromHash(hash: string): string {
	const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
	return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function namesIn(folder: string): string[] {
	return readdirSync(folder)
		.filter((name) => !name.startsWith('.'))
		.sort();
}

/** Privileges are listed everywhere in the order of their codes, not of their files. */
function byPlaceInMatrix(one: string, other: string): number {
	const placeOf = (name: string) => privilegeCodes.findIndex((code) => name === `${code}.yaml`);
	return placeOf(one) - placeOf(other);
}

function readContent<S extends z.ZodType>(file: string, schema: S): z.output<S> {
	try {
		return schema.parse(parse(readFileSync(file, 'utf8')));
	} catch (error) {
		const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
		throw new ContentError(`${path.relative(process.cwd(), file)}: ${why}`);
	}
}

function quizOf(slug: string, draw: Quiz['draw'], banks: ReadonlyMap<string, QuestionBank>): Quiz {
	const drawnFrom = draw.map(({ module }) => {
		const bank = banks.get(module);
		if (!bank) throw new ContentError(`the quiz ${slug} draws on ${module}, which has no question bank`);
		return bank;
	});
	return { slug, draw, banks: drawnFrom };
}

function checkBanks(modules: Catalogue['modules'], banks: ReadonlyMap<string, QuestionBank>): void {
	const seen = new Set<string>();
	for (const bank of banks.values()) {
		const pages = new Set(modules.get(bank.module)?.body.pages.map((page) => page.id));
		for (const { id, page } of bank.questions) {
			if (!pages.has(page)) throw new ContentError(`question ${id}: ${bank.module} has no page ${page}`);
			if (seen.has(id)) throw new ContentError(`question ${id} stands twice`);
			seen.add(id);
		}
	}
}

function checkPrivileges({ modules, checklists, privileges }: Catalogue): void {
	for (const { body } of privileges.values()) {
		for (const each of body.requirements) {
			const known =
				each.kind === 'module'
					? (modules.get(each.module)?.version ?? 0) >= each.version
					: each.kind === 'observation'
						? checklists.has(each.checklist)
						: each.kind !== 'prerequisite' || (privileges.has(each.privilege) && !restsOn(each.privilege, body.code));
			if (!known) throw new ContentError(`privileges/${body.code}: its ${each.kind} requirement cannot be met`);
		}
	}

	function restsOn(code: PrivilegeCode, upon: PrivilegeCode, path: PrivilegeCode[] = []): boolean {
		if (code === upon || path.includes(code)) return true;
		const needs = privileges.get(code)?.body.requirements ?? [];
		return needs.some((each) => each.kind === 'prerequisite' && restsOn(each.privilege, upon, [...path, code]));
	}
}

/** The titles that screens use, from the catalogue. */
export function titles(): Titles {
	return {
		module: (slug) => catalogue().modules.get(slug)?.body.title ?? readable(slug),
		privilege: (code) => catalogue().privileges.get(code)?.body.title ?? readable(code),
	};
}

/** What a module, quiz, form or privilege is called; a quiz by the privilege that asks for it. */
export function contentTitle(kind: string, slug: string): string {
	const { modules, checklists, privileges } = catalogue();
	if (kind === 'module') return modules.get(slug)?.body.title ?? readable(slug);
	if (kind === 'checklist') return checklists.get(slug)?.body.title ?? readable(slug);
	const asking = [...privileges.values()].find(({ body }) =>
		kind === 'quiz' ? requirementOf(body, 'quiz')?.quiz === slug : body.code === slug,
	);
	const title = asking?.body.title ?? readable(slug);
	return kind === 'quiz' ? `Quiz: ${title}` : title;
}
