import { zodResolver } from '@hookform/resolvers/zod';
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation, useSubmit } from '@remix-run/react';
import { useForm } from 'react-hook-form';
import { v7 as uuidv7 } from 'uuid';
import { catalogue } from '../../catalogue.server.ts';
import { pause } from '../../commands/authorising.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { pauseReasonWords } from '../../domain/evidence.ts';
import { fieldErrors, pauseForm } from '../../domain/input.ts';
import { localDay, moveDay } from '../../domain/period.ts';
import { type PauseReason, pauseReasons } from '../../domain/words.ts';
import { forbidden } from '../../session.server.ts';
import { CopiesNotice } from '../../ui/copies-notice.tsx';
import { Button, Choices, DateField, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { readCopies } from '../copies.server.ts';
import { withCell } from './cell.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `Pause ${data?.name ?? ''} – Countersign` }];

export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'pause' }, async (tx, { visitor, person, site, pinned, address }) => {
		const { policy } = (await rulesBySite(tx, visitor.providerId, catalogue()))(site.id);
		const today = localDay(args.context.now);
		return {
			id: uuidv7(),
			copies: await readCopies(tx),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			address,
			today,
			reviewOn: moveDay(today, policy.pause.review),
			reasons: pauseReasons.map((value) => ({ value, label: pauseReasonWords[value] })),
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'pause' }, async (tx, { visitor, cell, address }) => {
		const sent = Object.fromEntries([...(await args.request.formData())].map(([name, value]) => [name, String(value)]));
		const refuse = (errors: ReturnType<typeof fieldErrors>) => data({ errors, sent, at: Date.now() }, { status: 422 });
		const form = pauseForm.safeParse(sent);
		if (!form.success) return refuse(fieldErrors(form.error));
		if (form.data.reviewOn < localDay(args.context.now))
			return refuse([{ field: 'reviewOn', message: 'The review cannot be in the past' }]);
		const paused = await pause(tx, visitor, catalogue(), cell, form.data);
		if (!paused.ok && paused.why === 'not-authorised') throw forbidden();
		if (!paused.ok)
			return refuse([
				{ field: 'main', message: 'This pause has been lifted since. Open the page again to pause anew' },
			]);
		return redirect(address);
	});
}

export default function PausePage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const submit = useSubmit();
	const defaults = { id: page.id, scope: 'privilege', reviewOn: page.reviewOn, note: '', ...refused?.sent };
	const { register, handleSubmit, formState } = useForm<{
		id: string;
		scope: 'privilege' | 'site';
		reason: PauseReason;
		reviewOn: string;
		note: string;
	}>({
		resolver: zodResolver(pauseForm),
		defaultValues: defaults as never,
		shouldFocusError: false,
	});
	const mistakes = Object.entries(formState.errors).map(([field, { message = '' }]) => ({ field, message }));
	const errors = mistakes.length ? mistakes : (refused?.errors ?? []);
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={`${refused?.at} ${formState.submitCount}`} errors={errors} />
			<Heading
				title={`Pause ${page.name} while we review`}
				caption={`${page.title}, ${page.site}`}
				back={{ to: page.address, label: 'Evidence' }}
			/>
			<CopiesNotice {...page.copies} />
			<Inset>
				<p>
					From the moment you save, every other system is told No for what is paused. A pause is not a judgement:{' '}
					{page.name} reads “paused while we review”, never why.
				</p>
			</Inset>
			<Form
				method="post"
				noValidate
				onSubmit={(event) => {
					const form = event.currentTarget;
					event.preventDefault();
					return handleSubmit(() => submit(form))(event);
				}}
			>
				<input type="hidden" value={defaults.id} {...register('id')} />
				<Choices
					kind="radio"
					name="scope"
					legend="What is paused?"
					options={[
						{ value: 'privilege', label: `Only this: ${page.title}` },
						{ value: 'site', label: `Everything at ${page.site}` },
					]}
					defaultValue={defaults.scope}
					error={errorOf('scope')}
					inputProps={() => register('scope')}
				/>
				<Choices
					kind="radio"
					name="reason"
					legend="Why is this paused?"
					options={page.reasons}
					defaultValue={refused?.sent?.reason}
					error={errorOf('reason')}
					inputProps={() => register('reason')}
				/>
				<DateField
					label="When will you review it?"
					min={page.today}
					defaultValue={defaults.reviewOn}
					error={errorOf('reviewOn')}
					{...register('reviewOn')}
				/>
				<TextAreaField
					label="Note (if you want)"
					hint="Seen by managers only. Nothing about the people you support"
					maxLength={280}
					defaultValue={defaults.note}
					error={errorOf('note')}
					{...register('note')}
				/>
				<Button kind="warning" disabled={busy}>
					{busy ? 'Pausing…' : 'Pause now'}
				</Button>
			</Form>
		</>
	);
}
