import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { catalogue } from '../../catalogue.server.ts';
import { type RecordForm, record } from '../../commands/recording.ts';
import { may } from '../../domain/authority.ts';
import { fieldErrors } from '../../domain/input.ts';
import { localDay } from '../../domain/period.ts';
import { recordForms, recordKinds, recordRefusalWords, recordWords } from '../../domain/record.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { CopiesNotice } from '../../ui/copies-notice.tsx';
import { Button, ErrorSummary } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { RecordFields } from '../../ui/record-fields.tsx';
import { readCopies } from '../copies.server.ts';
import { withPerson } from './with-person.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `${data?.title ?? ''}: ${data?.name ?? ''} – Countersign` },
];

function kindIn(params: Record<string, string | undefined>) {
	const kind = z.enum(recordKinds).safeParse(params.kind);
	if (!kind.success) throw notFound();
	return kind.data;
}

export async function loader(args: LoaderFunctionArgs) {
	const kind = kindIn(args.params);
	const { title, hint, authority } = recordWords[kind];
	return withPerson(args, authority, async (tx, { visitor, person, sites, address }) => ({
		id: uuidv7(),
		copies: await readCopies(tx),
		kind,
		title,
		notice: person.id === visitor.personId ? recordRefusalWords.yourself : hint,
		name: `${person.givenName} ${person.familyName}`,
		address,
		today: localDay(args.context.now),
		sites: sites
			.filter((site) => may(visitor.posts, authority, site.id))
			.map((site) => ({ value: site.id, label: site.name })),
		privileges:
			kind === 'outside-assessment' || kind === 'age-decision'
				? [...catalogue().privileges.values()].map(({ body }) => ({ value: body.code, label: body.title }))
				: [],
	}));
}

export async function action(args: ActionFunctionArgs) {
	const kind = kindIn(args.params);
	return withPerson(args, recordWords[kind].authority, async (tx, { visitor, person, address }) => {
		const sent = Object.fromEntries([...(await args.request.formData())].map(([name, value]) => [name, String(value)]));
		const refuse = (errors: ReturnType<typeof fieldErrors>) => data({ errors, sent, at: Date.now() }, { status: 422 });
		const form = recordForms[kind].safeParse(sent);
		if (!form.success) return refuse(fieldErrors(form.error));
		const given = { kind, ...form.data } as RecordForm;
		const recorded = await record(tx, visitor, catalogue(), person.id, given, args.context.now);
		if (recorded.ok) return redirect(address);
		if (recorded.why === 'not-authorised') throw forbidden();
		return refuse([{ field: 'main', message: recordRefusalWords[recorded.why] }]);
	});
}

export default function RecordPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const sent = (refused?.sent ?? {}) as Record<string, string>;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={page.title}
				caption={page.name}
				back={{ to: `${page.address}/records`, label: 'Add to the record' }}
			/>
			<CopiesNotice {...page.copies} />
			<Inset>{page.notice}</Inset>
			{/* The browser checks the days: one that does not exist is sent as none, and none may mean that it never ends. */}
			<Form method="post">
				<input type="hidden" name="id" value={sent.id ?? page.id} />
				<RecordFields
					page={page}
					sent={sent}
					errorOf={(field) => errors.find((each) => each.field === field)?.message}
				/>
				<Button disabled={busy}>{busy ? 'Saving…' : 'Save'}</Button>
			</Form>
		</>
	);
}
