import { expect, test } from 'vitest';
import { z } from 'zod';
import { payloads } from '../../app/domain/evidence.ts';
import { payloadReferences } from '../../app/domain/reference.ts';

/** The names of a schema's fields that hold ids. */
function idFields(schema: z.ZodType, name = ''): string[] {
	if (schema instanceof z.ZodObject)
		return Object.entries(schema.shape).flatMap(([field, inner]) => idFields(inner as z.ZodType, field));
	if (schema instanceof z.ZodArray) return idFields(schema.element as z.ZodType, name);
	if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
		return idFields(schema.unwrap() as z.ZodType, name);
	return schema instanceof z.ZodUUID ? [name] : [];
}

test('for every id in a payload it is said what it points at, so that verify can look', () => {
	const fields = new Set(Object.values(payloads).flatMap((schema) => idFields(schema)));
	expect([...fields].sort()).toEqual(Object.keys(payloadReferences).sort());
});
