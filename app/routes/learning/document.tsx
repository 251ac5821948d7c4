import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { catalogue } from '../../catalogue.server.ts';
import { declareRead, documentFor, readRefusalWords } from '../../commands/acknowledging.ts';
import { presentFor } from '../../domain/evidence.ts';
import { readable } from '../../domain/requirement-words.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `${data?.title ?? 'Document'} – Countersign` },
];

/** A document of the provider's own that people have to read. Countersign does not hold it: it asks whether it was read. */
export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const document = params.document ?? '';
	const asked = await inProvider(visitor, async (tx) => {
		const { providerId, personId } = visitor;
		const present = presentFor(await listEvidenceOf(tx, { providerId, personIds: [personId] }), context.now);
		const found = await documentFor(tx, visitor, catalogue(), document);
		return found && { ...found, present };
	});
	if (!asked) throw notFound();
	const name = readable(document);
	return {
		id: uuidv7(),
		openedAt: asked.present.toISOString(),
		name,
		title: `Read the ${name}`,
		provider: visitor.providerName,
		version: asked.version,
		read: asked.read >= asked.version,
		readEarlier: asked.read,
	};
}

const form = z.object({ id: z.uuid(), version: z.coerce.number().int().positive(), openedAt: z.iso.datetime() });

export async function action({ context, request, params }: ActionFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const document = params.document ?? '';
	const given = form.safeParse(Object.fromEntries(await request.formData()));
	return inProvider(visitor, async (tx) => {
		const refuse = (message: string) => data({ errors: [{ field: 'read', message }], at: Date.now() }, { status: 422 });
		if (!(await documentFor(tx, visitor, catalogue(), document))) throw notFound();
		if (!given.success) return refuse('Please look at the page again, then press the button');
		const { id, version, openedAt } = given.data;
		const read = { id, version, openedAt: new Date(openedAt), document, now: context.now };
		const declared = await declareRead(tx, visitor, catalogue(), read);
		if (declared.ok) return redirect('/induction');
		if (declared.why === 'unknown-document') throw notFound();
		return refuse(readRefusalWords[declared.why]);
	});
}

export default function DocumentPage() {
	const document = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	return (
		<>
			<ErrorSummary key={refused?.at} errors={refused?.errors ?? []} />
			<Heading title={document.title} caption={document.provider} back={{ to: '/induction', label: 'My induction' }} />
			{document.read ? (
				<>
					<Notice tone="success" title={`You have read version ${document.version}`}>
						<p>There is nothing more to do here. You can read it again at any time, where your manager keeps it.</p>
					</Notice>
					<LinkButton to="/induction">Back to my induction</LinkButton>
				</>
			) : (
				<>
					<p className="lead">
						Read version {document.version} of the {document.name} where your manager keeps it. If you do not know where
						that is, ask your manager.
					</p>
					{document.readEarlier > 0 && (
						<p>
							You have read version {document.readEarlier}. Version {document.version} is new.
						</p>
					)}
					<p>Then come back here and say that you have read it. Your name and the time are kept.</p>
					<Form method="post">
						<input type="hidden" name="id" value={document.id} />
						<input type="hidden" name="version" value={document.version} />
						<input type="hidden" name="openedAt" value={document.openedAt} />
						<Button id="read" disabled={busy}>
							{busy ? 'Saving…' : `I have read version ${document.version}`}
						</Button>
					</Form>
				</>
			)}
		</>
	);
}
