import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { findPersonByStaffCode } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { type ListedOverride, listOverrides } from '../../commands/overriding.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { may } from '../../domain/authority.ts';
import { coverForm } from '../../domain/override.ts';
import { sayMoment } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { forbidden } from '../../session.server.ts';
import { Button, ErrorSummary, SelectField, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readSent } from '../people/sent.server.ts';
import { readNames } from './names.server.ts';
import { withSites } from './with-sites.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Overrides – Countersign' }];

/** Every override of the last twelve months at the visitor's sites; for a manager, the way to somebody of another site. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, ['see-evidence'], async (tx, { visitor, sites, siteIds }) => {
		const { providerId, posts } = visitor;
		const listed = await listOverrides(tx, providerId, siteIds, args.context.now);
		const ids = listed.flatMap(({ override }) => [override.personId, override.recordedBy, checkOf(override)]);
		const names = await readNames(tx, providerId, ids, sites);
		const rulesAt = await rulesBySite(tx, providerId, catalogue());
		const coverAt = sites.filter((each) => may(posts, 'override', each.id));
		return {
			overrides: listed.map(({ override, note, takenBack, ofTheYear }) => {
				const { perYear } = rulesAt(override.siteId ?? '').policy.override;
				const check = checkOf(override);
				return {
					id: override.id,
					who: names.person(override.personId),
					to: names.cell(override),
					what: names.privilege(override),
					where: names.site(override.siteId),
					from: sayMoment(override.observedAt),
					until: `${sayMoment(new Date(override.payload.until))}${takenBack ? ', taken back since' : ''}`,
					by: names.person(override.recordedBy),
					why: note,
					mark: [
						check && `Count again at handover. Gave alone, checked by telephone by ${names.person(check)}`,
						check && check === override.recordedBy && 'who also allowed it',
						ofTheYear > perYear && `Number ${ofTheYear} within a year; your policy plans for ${perYear}`,
					]
						.filter(Boolean)
						.join(', '),
				};
			}),
			cover: {
				sites: coverAt.map((each) => ({ value: each.slug, label: each.name })),
				privileges: [...catalogue().privileges.values()]
					.filter(({ body }) => !requirementOf(body, 'delegation'))
					.map(({ body }) => ({ value: body.code, label: body.title })),
			},
		};
	});
}

function checkOf(override: ListedOverride['override']): string | null {
	return override.kind === 'lone-giving' ? override.payload.secondCheck : null;
}

/** To the page that allows something, of somebody who may never have worked at the site that needs them. */
export async function action(args: ActionFunctionArgs) {
	return withSites(args, ['override'], async (tx, { visitor, sites }) => {
		const { form, refusal, refuse } = await readSent(args.request, coverForm);
		if (!form) return refusal;
		if (!sites.some((each) => each.slug === form.site)) throw forbidden();
		const { providerId } = visitor;
		const person = await findPersonByStaffCode(tx, { providerId, staffCode: form.staffCode });
		if (!person) return refuse([{ field: 'staffCode', message: 'Nobody here has this staff code. Check it' }]);
		return redirect(`/people/${person.id}/${form.site}/${form.privilege}/override`);
	});
}

export default function OverridesPage() {
	const { overrides, cover } = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	const sent: Record<string, string> = refused?.sent ?? {};
	const field = (name: string) => ({
		name,
		defaultValue: sent[name],
		error: errors.find((each) => each.field === name)?.message,
	});
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading title="Overrides" caption="The last twelve months" back={{ to: '/reviews', label: 'Reviews' }} />
			<p>
				An override lets somebody who is not competent act for one round, when nobody else can come. Leave to give alone
				is for somebody competent whose witness cannot come. Whoever is on call gives it, and says why.
			</p>
			{overrides.length ? (
				<DataTable
					caption="Allowed on call, newest first"
					head={['Who', 'What', 'Where', 'From', 'Until', 'By', 'Why', 'To do or to look at']}
					rows={overrides.map((each) => [
						<Link key={each.id} to={each.to}>
							{each.who}
						</Link>,
						each.what,
						each.where,
						each.from,
						each.until,
						each.by,
						each.why,
						each.mark,
					])}
				/>
			) : (
				<Inset>Nobody has been allowed anything on call in the last twelve months.</Inset>
			)}
			{cover.sites.length > 0 && (
				<>
					<h2>Somebody from another site covers tonight</h2>
					<p>
						Somebody who is signed off at another of your sites may be allowed to help at yours for a round. They need
						no post here for that.
					</p>
					<Form method="post" noValidate>
						<TextField
							{...field('staffCode')}
							label="Their staff code"
							hint="It looks like ben.whitfield"
							width={20}
							autoCapitalize="none"
							autoComplete="off"
							spellCheck={false}
						/>
						<SelectField
							{...field('privilege')}
							label="What are they needed for?"
							blank="Choose a task"
							options={cover.privileges}
						/>
						<SelectField
							{...field('site')}
							label="Where are they needed?"
							blank={cover.sites.length > 1 ? 'Choose a site' : undefined}
							options={cover.sites}
						/>
						<Button kind="secondary" disabled={busy}>
							Go on
						</Button>
					</Form>
				</>
			)}
		</>
	);
}
