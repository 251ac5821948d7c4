import { data } from '@remix-run/node';
import type { z } from 'zod';
import { type FieldError, fieldErrors } from '../../domain/input.ts';

/** What a form sent, as text, and as the schema reads it. A page that refuses it shows it again, except what is secret. */
export async function readSent<S extends z.ZodType>(request: Request, schema: S) {
	const sent = Object.fromEntries([...(await request.formData())].map(([name, value]) => [name, String(value)]));
	const form = schema.safeParse(sent);
	const { secret: _, ...shown } = sent;
	const refuse = (errors: FieldError[], status = 422) =>
		data({ errors, sent: shown as Record<string, string>, at: Date.now() }, { status });
	return form.success
		? { form: form.data as z.output<S>, refuse }
		: { form: null, refusal: refuse(fieldErrors(form.error)), refuse };
}
