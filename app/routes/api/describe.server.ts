interface Schema {
	type?: string;
	const?: unknown;
	enum?: unknown[];
	anyOf?: Schema[];
	format?: string;
	description?: string;
	properties?: Record<string, Schema>;
	required?: string[];
	items?: Schema;
}

export interface FieldLine {
	/** As `subject.id`, or `evaluations[].decision`. */
	name: string;
	what: string;
	needed: boolean;
}

export interface OperationLines {
	id: string;
	method: string;
	path: string;
	summary: string;
	scope: string | null;
	asked: FieldLine[];
	answered: FieldLine[];
	refusals: { status: string; what: string }[];
}

/** Every operation of an OpenAPI document in lines for people. */
export function describeOperations(document: object): OperationLines[] {
	const { paths } = document as { paths: Record<string, Record<string, Described>> };
	return Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, described]) => linesOf(path, method, described)),
	);
}

interface Content {
	content?: Record<string, { schema: Schema }>;
}

interface Described {
	summary: string;
	security?: { token: string[] }[];
	parameters: { name: string; in: string; description: string; required?: boolean }[];
	requestBody?: Content;
	responses: Record<string, Content & { description: string }>;
}

function linesOf(path: string, method: string, described: Described): OperationLines {
	const { summary, security, parameters, requestBody, responses } = described;
	const schemaIn = ({ content = {} }: Content) => Object.values(content)[0]?.schema;
	const sent = parameters
		.filter((each) => each.name !== 'X-Request-ID')
		.map((each) => ({ name: `${each.name} (${each.in})`, what: each.description, needed: each.required ?? false }));
	const isAnswer = (status: string) => status.startsWith('2');
	const [answer] = Object.entries(responses).filter(([status]) => isAnswer(status));
	return {
		id: `${method}-${path.replaceAll(/[^a-z]+/g, '-')}`,
		method: method.toUpperCase(),
		path,
		summary,
		scope: security?.[0]?.token[0] ?? null,
		asked: [...sent, ...fieldsOf(schemaIn(requestBody ?? {}))],
		answered: fieldsOf(schemaIn(answer?.[1] ?? {})),
		refusals: Object.entries(responses)
			.filter(([status]) => !isAnswer(status))
			.map(([status, { description }]) => ({ status, what: description })),
	};
}

function fieldsOf(schema: Schema | undefined, before = '', needed = true): FieldLine[] {
	if (!schema) return [];
	const { properties, items, anyOf, required = [] } = schema;
	// Of several shapes the first is the usual one.
	if (anyOf?.[0]?.properties) return fieldsOf(anyOf[0], before, needed);
	if (properties && Object.keys(properties).length) {
		return Object.entries(properties).flatMap(([name, each]) =>
			fieldsOf(each, before ? `${before}.${name}` : name, required.includes(name)),
		);
	}
	if (items) return before ? [...fieldsOf(items, `${before}[]`, needed)] : fieldsOf(items, '[]', needed);
	return before && !before.endsWith('properties') ? [{ name: before, what: sayType(schema), needed }] : [];
}

const longestList = 6;

function sayType({ const: only, enum: some, anyOf, type, format }: Schema): string {
	if (only !== undefined) return JSON.stringify(only);
	if (some) {
		const shown = some.slice(0, longestList).map((each) => JSON.stringify(each));
		return `${shown.join(', ')}${some.length > longestList ? `, and ${some.length - longestList} more` : ''}`;
	}
	if (anyOf) return anyOf.map(sayType).join(' or ');
	return (
		{ 'date-time': 'an instant', uuid: 'an id', uri: 'an address' }[format ?? ''] ?? typeWords[type ?? ''] ?? 'anything'
	);
}

const typeWords: Record<string, string> = {
	string: 'text',
	integer: 'a whole number',
	number: 'a number',
	boolean: 'true or false',
	object: 'an object',
	array: 'a list',
	null: 'null',
};
