import postgres from 'postgres';

/** Postgres's own arrays: the type of the array, of what it holds, and how the driver reads one of those. Both numbers never change. */
const arrays: readonly (readonly [array: number, of: string, read?: (text: string) => unknown])[] = [
	[1000, 'bool', (text) => text === 't'],
	[1003, 'name'],
	[1005, 'int2', Number],
	[1007, 'int4', Number],
	[1009, 'text'],
	[1014, 'bpchar'],
	[1015, 'varchar'],
	[1016, 'int8'],
	[1021, 'float4', Number],
	[1022, 'float8', Number],
	[1028, 'oid', Number],
	[1182, 'date', (text) => new Date(text)],
	[1185, 'timestamptz', (text) => new Date(text)],
	[1231, 'numeric'],
	[2951, 'uuid'],
	[3807, 'jsonb', (text) => JSON.parse(text)],
];

const types = Object.fromEntries(
	arrays.map(([array, of, read = (text: string) => text]) => [
		`${of}Array`,
		{ to: array, from: [array], parse: (text: string) => readArray(text, read), serialize: writeArray },
	]),
);

export type Sql = ReturnType<typeof postgres>;
export type ConnectOptions = postgres.Options<Record<string, postgres.PostgresType>>;

/**
 * Opens a client of the driver. The types of arrays are declared here, because the driver would ask the server for them
 * on each new connection where nobody hears that fail: a connection lost in that moment ends the process.
 */
export function connect(url: string, options: ConnectOptions = {}): Sql {
	const client = postgres(url, {
		connect_timeout: 5,
		onnotice: () => {},
		...options,
		fetch_types: false,
		types,
	}) as Sql;
	const send = client.unsafe.bind(client);
	const repeated = notices();
	client.unsafe = ((text, given, more) =>
		send(text, given, {
			...more,
			prepare: more?.prepare || (given !== undefined && given.length > 0 && repeated(text)),
		})) as typeof client.unsafe;
	return client;
}

/** What a connection prepares at the most: each prepared statement costs the server memory for as long as it lasts. */
const most = { statements: 200, characters: 4000 };

/**
 * Tells whether a statement has been sent before. Drizzle sends each anew by `unsafe`, which costs two journeys to the
 * server; one that is prepared costs one. Those whose text is never the same, as with lists of values, are left alone.
 */
function notices(): (text: string) => boolean {
	const seen = new Set<string>();
	const repeated = new Set<string>();
	return (text) => {
		if (repeated.has(text)) return true;
		if (text.length > most.characters || repeated.size >= most.statements) return false;
		if (seen.size >= 5 * most.statements) seen.clear();
		if (seen.delete(text)) repeated.add(text);
		else seen.add(text);
		return repeated.has(text);
	};
}

/** An array as Postgres reads it. Text is taken as it is: somebody has written it already. */
export function writeArray(given: unknown): string {
	if (!Array.isArray(given)) return String(given);
	return `{${given.map(writeElement).join(',')}}`;
}

function writeElement(given: unknown): string {
	if (Array.isArray(given)) return writeArray(given);
	if (given === null) return 'NULL';
	if (given === undefined) throw new Error('an array that is sent to the database has a gap');
	const text =
		given instanceof Date ? given.toISOString() : typeof given === 'object' ? JSON.stringify(given) : String(given);
	return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** An array as Postgres writes it, in as many dimensions as it has. */
export function readArray(text: string, read: (text: string) => unknown): unknown[] {
	const inside = text.slice(1, -1);
	if (!inside) return [];
	if (!/[{"]|NULL/.test(inside)) return inside.split(',').map(read);
	const whole: unknown[] = [];
	const open: unknown[][] = [whole];
	for (const [token, quoted, bare] of text.matchAll(/[{}]|"((?:[^"\\]|\\.)*)"|([^{},"]+)/gs)) {
		const current = open.at(-1) as unknown[];
		if (token === '{') {
			const inner: unknown[] = [];
			current.push(inner);
			open.push(inner);
		} else if (token === '}') open.pop();
		else if (quoted !== undefined) current.push(read(quoted.replaceAll(/\\(.)/gs, '$1')));
		else current.push(bare === 'NULL' ? null : read(bare as string));
	}
	return whole[0] as unknown[];
}
