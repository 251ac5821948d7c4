import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { catalogue } from '../../catalogue.server.ts';
import { liftPause } from '../../commands/authorising.ts';
import { fieldErrors, pauseLiftingForm } from '../../domain/input.ts';
import { forbidden } from '../../session.server.ts';
import { Button, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { withCell } from './cell.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Lift the pause of ${data?.name ?? ''} – Countersign` },
];

export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'pause' }, async (_tx, { person, site, pinned, address }) => ({
		name: `${person.givenName} ${person.familyName}`,
		title: pinned.body.title,
		site: site.name,
		address,
	}));
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'pause' }, async (tx, { visitor, cell, address }) => {
		const form = pauseLiftingForm.safeParse(Object.fromEntries(await args.request.formData()));
		if (!form.success) return data({ errors: fieldErrors(form.error), at: Date.now() }, { status: 422 });
		const lifted = await liftPause(tx, visitor, catalogue(), cell, form.data);
		if (!lifted.ok && lifted.why === 'not-authorised') throw forbidden();
		if (!lifted.ok)
			return data(
				{ errors: [{ field: 'note', message: 'You cannot lift your own pause. Ask another manager' }], at: Date.now() },
				{ status: 422 },
			);
		return redirect(address);
	});
}

export default function PauseLiftingPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={`Lift the pause of ${page.name}`}
				caption={`${page.title}, ${page.site}`}
				back={{ to: page.address, label: 'Evidence' }}
			/>
			<Inset>
				{page.name} stands again where the evidence puts them. If the sign-off is still in date, they may act at once.
			</Inset>
			<Form method="post">
				<TextAreaField
					name="note"
					label="What did the review find?"
					hint="A few words. Nothing about the people you support"
					maxLength={280}
					error={errors.find((each) => each.field === 'note')?.message}
				/>
				<Button disabled={busy}>{busy ? 'Saving…' : 'Lift the pause'}</Button>
			</Form>
		</>
	);
}
