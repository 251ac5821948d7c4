import { sql } from 'drizzle-orm';
import pino from 'pino';
import { expect, test } from 'vitest';
import { log, sayError } from '#app/log.server.ts';
import { testDatabase } from './support/database.ts';
import { asFairfield } from './support/demonstration.ts';

test('an error of the database is logged without the values of its statement', async () => {
	const db = await testDatabase();
	const error = await asFairfield(db, (tx) =>
		tx.execute(
			sql`insert into people (provider_id, id, staff_code, given_name, family_name)
				select provider_id, id, ${'secret.code'}, ${'Olwen'}, ${'Secret\nparams: Surname'} from people`,
		),
	).catch((caught: unknown) => caught);
	let written = '';
	pino({ serializers: { err: sayError } }, { write: (line: string) => (written += line) }).error(
		{ err: error },
		'failed',
	);
	expect(written).toContain('insert into people');
	expect(written).toContain('duplicate key');
	expect(written).toContain('lease.ts');
	expect(written).not.toMatch(/secret|olwen|surname/i);
	expect(sayError('gone')).toBe('gone');
	expect((log as unknown as Record<symbol, object>)[pino.symbols.serializersSym]).toMatchObject({ err: sayError });
});
