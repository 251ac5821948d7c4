import { randomInt } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { drizzle } from 'drizzle-orm/postgres-js';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { catalogue } from '#app/catalogue.server.ts';
import { addPeople, startEmployment } from '#app/commands/employing.ts';
import { hashSecret } from '#app/commands/secrets.ts';
import { siteKinds } from '#app/domain/privilege.ts';
import { asProvider, type Db } from '#db/client.server.ts';
import { connect } from '#db/connect.ts';
import { runningOwnerUrl, startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import * as schema from '#db/schema.ts';

// `npm run first-administrator`: the first provider, its first site, and somebody who can sign in and add the others.
process.chdir(path.resolve(import.meta.dirname, '..'));

const usage =
	'npm run first-administrator -- --provider "Rosewood Care" --site "Rosewood House" --kind care-home --code jo.smith --given Jo --family Smith';

const text = z.string().trim().min(1).max(100);
const named = text.refine((name) => slugOf(name) !== '', 'needs letters or digits');
const given = z.object({
	provider: named,
	site: named,
	kind: z.enum(siteKinds, `must be one of ${siteKinds.join(', ')}`),
	code: text
		.toLowerCase()
		.regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'may hold letters, digits, dots and hyphens, as jo.smith'),
	given: text,
	family: text,
});
type Given = z.infer<typeof given>;

function readArguments(): Given {
	const option = { type: 'string' } as const;
	const options = { provider: option, site: option, kind: option, code: option, given: option, family: option };
	const parsed = given.safeParse(parseArgs({ options }).values);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const why = issue?.code === 'invalid_type' ? 'is missing' : issue?.message;
	throw new Error(`--${issue?.path.join('.')} ${why}. Use: ${usage}`);
}

/** `Rosewood Care` becomes `rosewood-care`. */
function slugOf(name: string): string {
	const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
	return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

/** Without the letters and digits that look like others: it is read off a screen once. */
function randomPassword(): string {
	const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
	const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
	return Array.from({ length: 4 }, group).join('-');
}

async function create(owner: Db, { provider, site, kind, code, given: givenName, family }: Given) {
	const [providerId, siteId] = [uuidv7(), uuidv7()];
	const slug = slugOf(provider);
	const secrets = { password: randomPassword(), pin: String(randomInt(1_000_000)).padStart(6, '0') };
	const [passwordHash, pinHash] = await Promise.all([hashSecret(secrets.password), hashSecret(secrets.pin)]);
	await asProvider(owner, providerId, async (tx) => {
		const made = await tx
			.insert(schema.providers)
			.values({ id: providerId, slug, name: provider })
			.onConflictDoNothing()
			.returning();
		if (!made.length) throw new Error(`There is a provider "${slug}" already: nothing was changed.`);
		await tx.insert(schema.sites).values({ providerId, id: siteId, slug: slugOf(site), name: site, kind });
		const person = { staffCode: code, givenName, familyName: family, passwordHash, pinHash };
		const [personId = ''] = await addPeople(tx, providerId, [person]);
		const post = { personId, recordedBy: null, contract: 'permanent' } as const;
		await startEmployment(tx, providerId, catalogue(), { ...post, siteId, role: 'manager' });
		await startEmployment(tx, providerId, catalogue(), { ...post, siteId: null, role: 'administrator' });
	});
	return { slug, ...secrets };
}

async function openOwner(): Promise<{ url: string; stop(): Promise<void> }> {
	const { config } = await import('#app/config.server.ts');
	const running = config.databaseUrl ?? runningOwnerUrl(config.dataDir);
	if (running) return { url: running, stop: async () => {} };
	const { ownerUrl, stop } = await startEmbedded({ dataDir: config.dataDir });
	return { url: ownerUrl, stop };
}

try {
	const wanted = readArguments();
	const { url, stop } = await openOwner();
	const client = connect(url, { max: 1 });
	try {
		await migrateDatabase(url);
		const made = await create(drizzle({ client, schema }), wanted);
		console.log(`${wanted.provider} and ${wanted.site} are there. ${wanted.given} ${wanted.family} signs in with`);
		console.log(`  staff code  ${wanted.code}`);
		console.log(`  password    ${made.password}`);
		console.log(`  PIN         ${made.pin}`);
		console.log(`at /sign-in?provider=${made.slug}. They are shown only this once: keep them safe.`);
	} finally {
		await client.end({ timeout: 2 });
		await stop();
	}
} catch (error) {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	console.error(cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : String(cause));
	process.exitCode = 1;
}
