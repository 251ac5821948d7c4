import fc from 'fast-check';

// Requests made from the published document alone: as it describes them, and then spoilt.

type Schema = Record<string, unknown>;

/** One request as it goes over the wire. */
export interface WireRequest {
	/** As the document writes them: `post /access/v1/evaluation`. */
	operation: string;
	method: string;
	path: string;
	headers: Record<string, string>;
	body: Buffer | undefined;
	spoilt: string;
}

interface Operation {
	name: string;
	method: string;
	path: string;
	query: string[];
	mediaType: string | undefined;
	schema: Schema | undefined;
}

/** Every operation of an OpenAPI document. */
export function operationsOf(document: { paths: Record<string, Record<string, Schema>> }): Operation[] {
	return Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => {
			const { requestBody, parameters } = operation as {
				requestBody?: { content: Record<string, { schema: Schema }> };
				parameters?: { in: string; name: string }[];
			};
			const [mediaType, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
			const query = (parameters ?? []).filter((each) => each.in === 'query').map((each) => each.name);
			return {
				name: `${method} ${path}`,
				method: method.toUpperCase(),
				path,
				query,
				mediaType,
				schema: content?.schema,
			};
		}),
	);
}

/** Words that mean something at a place in a request, such as `.subject.id`. */
export type Words = (where: string) => fc.Arbitrary<string>;

const soon = fc.integer({ min: -10, max: 2000 }).map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());

/** Whatever a schema of the kinds that zod writes allows, with words that mean something here where there are any. */
function described(schema: Schema, where: string, words: Words): fc.Arbitrary<unknown> {
	if (where.endsWith('.context.time'))
		return fc.oneof({ weight: 5, arbitrary: soon }, { weight: 1, arbitrary: fc.jsonValue() });
	if ('const' in schema) return fc.constant(schema.const);
	if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
	const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
	if (choices) return fc.oneof(...choices.map((each) => described(each, where, words)));
	switch (schema.type) {
		case 'object': {
			const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
			const required = (schema.required ?? []) as string[];
			const members = Object.fromEntries(
				properties.map(([name, each]) => [name, described(each, `${where}.${name}`, words)] as const),
			);
			return fc.record(members, { requiredKeys: required, noNullPrototype: true });
		}
		case 'array': {
			const maxLength = Math.min(Number(schema.maxItems ?? 5), 5);
			const items = schema.items as Schema | undefined;
			return fc.array(items ? described(items, where, words) : fc.jsonValue(), { maxLength });
		}
		case 'string':
			if (schema.format === 'date-time')
				return fc
					.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
					.map((at) => at.toISOString());
			return fc.oneof(
				{ weight: 8, arbitrary: words(where) },
				{ weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
			);
		case 'integer':
			return fc.integer({ min: Number(schema.minimum ?? -9), max: 1000 });
		case 'number':
			return fc.double();
		case 'boolean':
			return fc.boolean();
		case 'null':
			return fc.constant(null);
		default:
			return fc.jsonValue();
	}
}

const spoilings = {
	'as described': (value: unknown) => fc.constant(JSON.stringify(value)),
	'another value somewhere': (value: unknown) => elsewhere(value, fc.jsonValue()),
	'another name somewhere': (value: unknown) =>
		fc
			.constantFrom('__proto__', 'constructor', 'toString', '', 'x'.repeat(300))
			.map((name) => JSON.stringify(value).replace(/"(\w+)":/, `"${name}":`)),
	'a name twice': (value: unknown) => fc.constant(JSON.stringify(value).replace(/^\{("[^"]*":)/, '{$1null,$1')),
	'something missing': (value: unknown) => elsewhere(value, fc.constant(undefined)),
	'cut short': (value: unknown) => {
		const text = JSON.stringify(value);
		return fc.nat(text.length).map((length) => text.slice(0, length));
	},
	'very deep': (value: unknown) => elsewhere(value, fc.nat(200).map(nested)),
	'very large': (value: unknown) =>
		elsewhere(value, fc.constantFrom('x'.repeat(70_000), 'é'.repeat(40_000), Array(3000).fill({}))),
	'odd text': (value: unknown) =>
		elsewhere(
			value,
			fc.constantFrom(
				'\0',
				'\ud800',
				'\u202e',
				'%00',
				"'; drop table people; --",
				'1e400',
				'NaN',
				'\ufeff',
				'🙂'.repeat(60),
			),
		),
	'a bare value': () => fc.jsonValue().map((each) => JSON.stringify(each)),
	nothing: () => fc.constant(''),
} as const satisfies Record<string, (value: unknown) => fc.Arbitrary<string | undefined>>;

const nested = (depth: number) => {
	let value: unknown = 1;
	for (let turn = 0; turn < depth; turn += 1) value = turn % 2 ? [value] : { a: value };
	return value;
};

/** A value with another one at some place in it, as text. */
function elsewhere(value: unknown, other: fc.Arbitrary<unknown>): fc.Arbitrary<string | undefined> {
	const places: (string | number)[][] = [[]];
	const walk = (each: unknown, path: (string | number)[]) => {
		if (typeof each !== 'object' || each === null) return;
		for (const [name, inner] of Object.entries(each)) {
			places.push([...path, name]);
			walk(inner, [...path, name]);
		}
	};
	walk(value, []);
	return fc.tuple(fc.constantFrom(...places), other).map(([path, put]) => {
		if (!path.length) return JSON.stringify(put);
		const copy = structuredClone(value) as Record<string, unknown>;
		const last = path.at(-1) as string;
		const holder = path.slice(0, -1).reduce<Record<string, unknown>>((each, name) => each[name] as never, copy);
		Object.defineProperty(holder, last, { value: put, enumerable: true, configurable: true, writable: true });
		return JSON.stringify(copy);
	});
}

/** Headers and lines of a request that are not as they should be, seldom. */
const manners = fc.oneof(
	{ weight: 12, arbitrary: fc.constant({ spoilt: '', headers: {}, method: undefined, bytes: undefined }) },
	{
		weight: 1,
		arbitrary: fc
			.constantFrom(
				'text/plain',
				'application/json; charset=utf-8',
				'application/json;charset=latin1',
				'application/xml',
				'',
				'json',
				'multipart/form-data; boundary=x',
			)
			.map((type) => ({
				spoilt: `as ${type}`,
				headers: { 'content-type': type },
				method: undefined,
				bytes: undefined,
			})),
	},
	{
		weight: 1,
		arbitrary: fc
			.constantFrom(
				'',
				'Bearer',
				'Bearer x',
				'Bearer a.b.c',
				'Basic eDp5',
				`Bearer ${'x'.repeat(5000)}`,
				'Bearer eyJhbGciOiJub25lIn0.e30.',
			)
			.map((authorization) => ({
				spoilt: `with ${authorization.slice(0, 20)}`,
				headers: { authorization },
				method: undefined,
				bytes: undefined,
			})),
	},
	{
		weight: 1,
		arbitrary: fc
			.constantFrom('GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'POST')
			.map((method) => ({ spoilt: `by ${method}`, headers: {}, method, bytes: undefined })),
	},
	{
		weight: 1,
		arbitrary: fc
			.uint8Array({ maxLength: 200 })
			.map((bytes) => ({ spoilt: 'as bytes', headers: {}, method: undefined, bytes: Buffer.from(bytes) })),
	},
);

/** In place of a token that is good, so that a request found by a seed is the same the next time. */
export const goodToken = 'Bearer good';

/** Requests to every operation of a document, good and bad; the first five of it, evaluations and searches, far more often. */
export function requestsFor(document: Parameters<typeof operationsOf>[0], words: Words): fc.Arbitrary<WireRequest> {
	const operations = operationsOf(document);
	return fc
		.tuple(
			fc.constantFrom(...operations),
			manners,
			fc.oneof(
				{ weight: 3, arbitrary: fc.constant('as described') },
				{ weight: 3, arbitrary: fc.constantFrom(...Object.keys(spoilings)) },
			),
			fc.uuid(),
		)
		.chain(([operation, manner, how, requestId]) => {
			const { name, path, mediaType, schema, query } = operation;
			const value = schema ? described(schema, '', words) : fc.constant(undefined);
			const spoil = spoilings[how as keyof typeof spoilings];
			const text = schema ? value.chain((each) => spoil(each)) : fc.constant(undefined);
			const asked = fc.record(Object.fromEntries(query.map((each) => [each, words(`.${each}`)])), {
				requiredKeys: [],
				noNullPrototype: true,
			});
			return fc.tuple(text, asked).map(([body, parameters]): WireRequest => {
				const search = new URLSearchParams(parameters as Record<string, string>).toString();
				const form =
					mediaType === 'application/x-www-form-urlencoded' && typeof body === 'string' ? formOf(body) : body;
				return {
					operation: name,
					method: manner.method ?? operation.method,
					path: path.replace('{code}', 'administer-oral') + (search ? `?${search}` : ''),
					headers: {
						...(mediaType ? { 'content-type': mediaType } : {}),
						authorization: goodToken,
						'x-request-id': requestId,
						...manner.headers,
					},
					body: manner.bytes ?? (form === undefined ? undefined : Buffer.from(form)),
					spoilt: [schema ? how : '', manner.spoilt].filter(Boolean).join(', '),
				};
			});
		});
}

/** A JSON object of texts as a form is sent; anything else as it is. */
function formOf(json: string): string {
	try {
		const value: unknown = JSON.parse(json);
		if (typeof value !== 'object' || value === null) return json;
		return new URLSearchParams(Object.entries(value).map(([name, each]) => [name, String(each)])).toString();
	} catch {
		return json;
	}
}
