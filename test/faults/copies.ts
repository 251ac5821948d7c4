import type { Sql } from '#db/client.server.ts';

/** Copies of one provider's rows inside the database, to be restored as somebody restores a backup. */
export interface Copies {
	keep(name: string): Promise<void>;
	restore(name: string): Promise<void>;
	forget(): Promise<void>;
}

/** As the owner, who is a superuser: restoring goes past triggers and references, as a backup does. */
export async function copiesOf(owner: Sql, providerId: string): Promise<Copies> {
	const tables = await owner<{ name: string; columns: string }[]>`
		select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
		from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attgenerated = ''
			and exists (select from pg_attribute k where k.attrelid = c.oid and k.attname = 'provider_id')
		group by c.relname order by c.relname`;
	const each = (statement: (table: { name: string; columns: string }) => string) => tables.map(statement).join(';\n');
	const at = (name: string) => `where copy = '${name}'`;
	const own = `where provider_id = '${providerId}'`;
	await owner.unsafe(
		`create schema if not exists copies;\n${each(({ name }) => `create unlogged table if not exists copies.${name} as select ''::text as copy, t.* from ${name} t where false`)}`,
	);
	return {
		async keep(copy) {
			await owner.unsafe(
				each(
					({ name, columns }) => `
				delete from copies.${name} ${at(copy)};
				insert into copies.${name} (copy, ${columns}) select '${copy}', ${columns} from ${name} ${own}`,
				),
			);
		},
		async restore(copy) {
			await owner.unsafe(
				`set local session_replication_role = replica;\n${each(
					({ name, columns }) => `
				delete from ${name} ${own};
				insert into ${name} (${columns}) select ${columns} from copies.${name} ${at(copy)}`,
				)}`,
			);
		},
		async forget() {
			await owner.unsafe(each(({ name }) => `truncate copies.${name}`));
		},
	};
}
