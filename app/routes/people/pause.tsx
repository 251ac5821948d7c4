import { zodResolver } from '@hookform/resolvers/zod';
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation, useSubmit } from '@remix-run/react';
import { useForm } from 'react-hook-form';
import { v7 as uuidv7 } from 'uuid';
import { listColleagues } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { pause } from '../../commands/authorising.ts';
import { readCellFacts } from '../../commands/cell-facts.ts';
import { pauseReasonWords } from '../../domain/evidence.ts';
import { fieldErrors, pauseForm } from '../../domain/input.ts';
import { type PauseRefusal, pauseRefusalWords } from '../../domain/pause.ts';
import { localDay, moveDay } from '../../domain/period.ts';
import { type PauseReason, pauseReasons, type Reach } from '../../domain/words.ts';
import { forbidden } from '../../session.server.ts';
import { CopiesNotice } from '../../ui/copies-notice.tsx';
import { Button, Choices, DateField, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset } from '../../ui/notice.tsx';
import { ReachField } from '../../ui/stop-fields.tsx';
import { readCopies } from '../copies.server.ts';
import { withCell } from './cell.server.ts';
import { readElsewhere } from './reach.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `Pause ${data?.name ?? ''} – Countersign` }];

export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'pause' }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const known = await readCellFacts(tx, visitor.providerId, catalogue(), cell, args.context.now);
		const { policy } = known.rules;
		const today = localDay(args.context.now);
		const colleagues = await listColleagues(tx, { ...visitor, siteId: site.id, onDay: today });
		return {
			id: uuidv7(),
			copies: await readCopies(tx),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			address,
			incident: new URL(args.request.url).searchParams.get('incident') ?? '',
			elsewhere: await readElsewhere(tx, { visitor, cell }, known),
			colleagues: colleagues
				.filter((each) => each.id !== person.id)
				.map((each) => ({ value: each.id, label: `${each.givenName} ${each.familyName}` })),
			today,
			reviewOn: moveDay(today, policy.pause.review),
			reasons: pauseReasons.map((value) => ({ value, label: pauseReasonWords[value] })),
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'pause' }, async (tx, { visitor, cell, address }) => {
		const body = await args.request.formData();
		const { parties: _, ...sent } = Object.fromEntries([...body].map(([name, value]) => [name, String(value)]));
		const parties = body.getAll('parties').map(String);
		const refuse = (errors: ReturnType<typeof fieldErrors>) =>
			data({ errors, sent: sent as Record<string, string>, parties, at: Date.now() }, { status: 422 });
		const form = pauseForm.safeParse({ ...sent, parties, incident: sent.incident || undefined });
		if (!form.success) return refuse(fieldErrors(form.error));
		if (form.data.reviewOn < localDay(args.context.now))
			return refuse([{ field: 'reviewOn', message: 'The review cannot be in the past' }]);
		const paused = await pause(tx, visitor, catalogue(), cell, form.data);
		if (!paused.ok && paused.why === 'not-authorised') throw forbidden();
		if (!paused.ok) return refuse([{ field: fieldOf(paused.why), message: pauseRefusalWords[paused.why] }]);
		return redirect(address);
	});
}

function fieldOf(why: PauseRefusal): string {
	return why === 'not-here' ? 'reach' : why === 'unknown-party' ? 'parties' : 'main';
}

export default function PausePage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const submit = useSubmit();
	const defaults = {
		id: page.id,
		scope: 'privilege',
		// Asked of whoever stops somebody who works at more than one site.
		...(page.elsewhere.works.length ? {} : { reach: 'site' }),
		reviewOn: page.reviewOn,
		note: '',
		...refused?.sent,
	};
	const { register, handleSubmit, formState } = useForm<{
		id: string;
		scope: 'privilege' | 'everything';
		reach: Reach;
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
						{ value: 'everything', label: 'Everything' },
					]}
					defaultValue={defaults.scope}
					error={errorOf('scope')}
					inputProps={() => register('scope')}
				/>
				<ReachField
					site={page.site}
					elsewhere={page.elsewhere}
					defaultValue={refused?.sent?.reach}
					error={errorOf('reach')}
					inputProps={() => register('reach')}
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
				{page.incident && <input type="hidden" name="incident" value={page.incident} />}
				{page.colleagues.length > 0 && (
					<Details summary="Was somebody else involved?">
						<Choices
							kind="checkbox"
							small
							name="parties"
							legend="Who else was involved?"
							hint="They do not lift this pause, nor watch the round after it"
							options={page.colleagues}
							defaultValue={refused?.parties}
							error={errorOf('parties')}
						/>
					</Details>
				)}
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
