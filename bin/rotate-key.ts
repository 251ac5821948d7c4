import path from 'node:path';
import { parseArgs } from 'node:util';
import { removeTokenKey, rotateTokenKey } from '#app/commands/signing.ts';
import type { Db } from '#db/client.server.ts';
import { listTokenKeys } from '#db/queries/clients.ts';
import { complain, withOwner } from './open-owner.ts';

// `npm run rotate-key`: changes the key that signs the gate's access tokens. Servers that run take note by themselves.
process.chdir(path.resolve(import.meta.dirname, '..'));

const usage = `npm run rotate-key                     a new key signs; the old one verifies until its last token has ended
npm run rotate-key -- --list           the keys there are and have been
npm run rotate-key -- --remove ID      no token that this key signed is taken any more, from now on`;

async function list(owner: Db): Promise<void> {
	for (const { id, createdAt, retiredAt, removedAt } of await listTokenKeys(owner)) {
		const state = removedAt
			? `removed ${removedAt.toISOString()}`
			: retiredAt
				? `retired ${retiredAt.toISOString()}`
				: 'signs';
		console.log(`${id}  made ${createdAt.toISOString()}  ${state}`);
	}
}

try {
	const { values } = parseArgs({
		options: {
			list: { type: 'boolean', default: false },
			remove: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	const { remove } = values;
	if (values.help) console.log(usage);
	else
		await withOwner(async (owner) => {
			if (remove !== undefined) {
				if ((await removeTokenKey(owner, remove)) === 'unknown')
					throw new Error(`There is no key "${remove}" to remove.`);
				console.log(`Removed. Tokens of ${remove} are refused from now on.`);
			} else if (!values.list) console.log(`New tokens are signed by ${await rotateTokenKey(owner)}.`);
			await list(owner);
		});
} catch (error) {
	complain(error);
	process.exitCode = 1;
}
