import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { catalogue } from '../../catalogue.server.ts';
import { draftPolicy, numbersFor } from '../../commands/setting-policy.ts';
import type { PolicyBody } from '../../domain/policy.ts';
import { graceWords, policyGraces } from '../../domain/policy-change.ts';
import { fieldsFor, readEdits } from '../../domain/policy-edits.ts';
import { mainNumbers, type NumberSection } from '../../domain/policy-numbers.ts';
import { isPrivilegeCode } from '../../domain/privilege.ts';
import { privilegeNumbers } from '../../domain/privilege-numbers.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { Button, Choices, ErrorSummary } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { PolicyField } from '../../ui/policy-fields.tsx';
import { withPolicy } from './policy-scope.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Change the policy of ${data?.name ?? ''} – Countersign` },
];

/** The main numbers or, where the address names one, those of a privilege. */
function askedFor(params: { site?: string; privilege?: string }, policy: PolicyBody): NumberSection[] {
	if (!params.privilege) return mainNumbers(policy, params.site ? 'site' : 'provider');
	const pinned = isPrivilegeCode(params.privilege) ? catalogue().privileges.get(params.privilege) : undefined;
	if (!pinned) throw notFound();
	return [{ title: pinned.body.title, numbers: privilegeNumbers(pinned.body, policy) }];
}

export async function loader(args: LoaderFunctionArgs) {
	return withPolicy(args, async (_tx, { inForce, policies, maySet, name, address }) => {
		const sections = askedFor(args.params, inForce);
		if (!maySet) throw forbidden();
		return {
			name,
			address,
			of: args.params.privilege ? (sections[0]?.title ?? '') : null,
			upon: policies.overrides.at(-1)?.version ?? 0,
			sections: sections.filter((section) => section.numbers.length),
			values: fieldsFor(
				sections.flatMap((section) => section.numbers),
				inForce,
			),
		};
	});
}

const version = z.coerce.number().int().min(0);
const grace = z.enum(policyGraces);

/** Keeps what was changed as a draft, whose own page shows what it would do. */
export async function action(args: ActionFunctionArgs) {
	return withPolicy(args, async (tx, { visitor, site, policies, inForce, maySet }) => {
		if (!maySet) throw forbidden();
		const numbers = askedFor(args.params, inForce).flatMap((section) => section.numbers);
		const filledIn = await args.request.formData();
		const sent = Object.fromEntries([...filledIn.keys()].map((field) => [field, filledIn.getAll(field).map(String)]));
		const refuse = (errors: { field: string; message: string }[]) =>
			data({ errors, sent, at: Date.now() }, { status: 422 });
		const upon = version.safeParse(sent.upon?.[0]);
		if (!upon.success) return refuse([{ field: 'main', message: 'Open the page again: something was missing' }]);
		const by = grace.safeParse(sent['by-when']?.[0]);
		if (!by.success) return refuse([{ field: 'by-when', message: 'Choose by when people have to do what is new' }]);
		const [id, siteId] = [uuidv7(), site?.id ?? null];
		// What somebody else has saved since the page was opened is not taken for a change of ours.
		const shown = numbersFor(
			catalogue(),
			{ ...policies, overrides: policies.overrides.filter((each) => each.version <= upon.data) },
			{ siteId },
		).inForce;
		const { edits, errors } = readEdits(numbers, sent, shown);
		if (errors.length) return refuse(errors);
		const drafted = await draftPolicy(tx, visitor, catalogue(), {
			id,
			siteId,
			edits,
			grace: by.data,
			now: args.context.now,
		});
		if (!drafted.ok && drafted.why === 'not-authorised') throw forbidden();
		if (!drafted.ok) return refuse([{ field: 'main', message: 'You have not changed anything yet' }]);
		return redirect(`/policy-drafts/${id}`);
	});
}

export default function NumbersPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const values = { ...page.values, ...refused?.sent };
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={page.of ?? 'Change the numbers'}
				caption={`Policy of ${page.name}`}
				back={{ to: page.address, label: 'Policy' }}
			/>
			<p>Nothing is saved yet: first you see whose standing would change.</p>
			<Form method="post" noValidate>
				<input type="hidden" name="upon" value={refused?.sent?.upon?.[0] ?? page.upon} />
				{page.sections.map((section) => (
					<section key={section.title}>
						{!page.of && <h2>{section.title}</h2>}
						{section.note && <p>{section.note}</p>}
						{section.numbers.map((number) => {
							const error = errorOf(number.path);
							return <PolicyField key={number.path} number={number} values={values} {...(error ? { error } : {})} />;
						})}
					</section>
				))}
				<Choices
					kind="radio"
					name="by-when"
					legend="By when do people have to do what is new?"
					hint="A newer document to read, a round after time away, being seen more often: until then they carry on as now. Everything else is in force at once. The next page says what that means for whom"
					options={policyGraces.map((value) => ({ value, label: graceWords[value] }))}
					defaultValue={values['by-when']?.[0] ?? policyGraces[0]}
					error={errorOf('by-when')}
				/>
				<Button disabled={busy}>{busy ? 'Looking…' : 'See who would be affected'}</Button>
			</Form>
		</>
	);
}
