import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { listPeopleByIds } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { readCellFacts } from '../../commands/cell-facts.ts';
import { endSupervision, listSupervisors, nameSupervisor } from '../../commands/supervising.ts';
import { sayMoment } from '../../domain/period.ts';
import {
	refuseSupervision,
	supervisionEndingForm,
	supervisionForm,
	supervisionRefusalWords,
	supervisionsOf,
} from '../../domain/supervision.ts';
import { forbidden } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton, SelectField, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { withCell } from './cell.server.ts';
import { readSent } from './sent.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Who is beside ${data?.name ?? ''} – Countersign` },
];

/** Who is beside somebody who practises, and who else could be. */
export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'supervise' }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const { providerId } = visitor;
		const known = await readCellFacts(tx, providerId, catalogue(), cell, args.context.now);
		const own = person.id === visitor.personId;
		const named = supervisionsOf(known.facts, cell);
		const personIds = named.map((each) => each.payload.supervisor);
		const people = await listPeopleByIds(tx, { providerId, personIds });
		const refusal = own ? 'yourself' : refuseSupervision(known.rules, known.evidence, cell, known.present);
		const open = refusal === null;
		const could = open ? await listSupervisors(tx, providerId, cell, args.context.now) : [];
		return {
			id: uuidv7(),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			site: site.name,
			address,
			own,
			refusal: refusal && supervisionRefusalWords[refusal],
			named: named.map((each) => {
				const supervisor = people.get(each.payload.supervisor);
				return {
					id: each.id,
					name: supervisor ? `${supervisor.givenName} ${supervisor.familyName}` : 'Somebody who is not known any more',
					since: sayMoment(each.observedAt),
				};
			}),
			supervisors: could
				.filter((each) => !personIds.includes(each.id))
				.map((each) => ({ value: each.id, label: `${each.givenName} ${each.familyName}` })),
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'supervise' }, async (tx, { visitor, cell, address }) => {
		const now = args.context.now;
		const ends = (await args.request.clone().formData()).has('supervision');
		const { refusal, refuse, done } = ends ? await end() : await name();
		if (!done) return refusal;
		if (done.ok) return redirect(ends ? `${address}/supervision` : address);
		if (done.why === 'not-authorised') throw forbidden();
		return refuse([{ field: ends ? 'main' : 'supervisor', message: supervisionRefusalWords[done.why] }]);

		async function name() {
			const read = await readSent(args.request, supervisionForm);
			const done = read.form && (await nameSupervisor(tx, visitor, catalogue(), cell, { ...read.form, now }));
			return { ...read, done };
		}

		async function end() {
			const read = await readSent(args.request, supervisionEndingForm);
			const done = read.form && (await endSupervision(tx, visitor, catalogue(), cell, { ...read.form, now }));
			return { ...read, done };
		}
	});
}

export default function SupervisionPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const sent: Record<string, string> = refused?.sent ?? {};
	const errors = (refused?.errors ?? []).map((each) =>
		each.field === 'note' ? { ...each, field: `note-${sent.supervision}` } : each,
	);
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={`Who is beside ${page.name}`}
				caption={`${page.title}, ${page.site}`}
				back={{ to: page.address, label: 'Evidence' }}
			/>
			<Inset>
				Somebody whose reading and quiz are done, or who has to be watched again, may practise together with a competent
				colleague, until the next sign-off or round. Every other system is told: only together.
			</Inset>
			{page.named.map((each) => (
				<section key={each.id} aria-labelledby={each.id}>
					<h2 id={each.id}>{each.name}</h2>
					<p>Named on {each.since}.</p>
					{!page.own && (
						<Form method="post" noValidate>
							<input type="hidden" name="id" value={sent.supervision === each.id ? sent.id : page.id} />
							<input type="hidden" name="supervision" value={each.id} />
							<TextAreaField
								name="note"
								id={`note-${each.id}`}
								label={`Why does it end with ${each.name}?`}
								hint="A few words. Nothing about the people you support"
								maxLength={280}
								rows={2}
								defaultValue={sent.supervision === each.id ? sent.note : undefined}
								error={errorOf(`note-${each.id}`)}
							/>
							<Button kind="secondary" disabled={busy}>
								End this
							</Button>
						</Form>
					)}
				</section>
			))}
			{page.refusal ? (
				<>
					<p>{page.refusal}</p>
					<LinkButton kind="secondary" to={page.address}>
						See what is done and what is not
					</LinkButton>
				</>
			) : page.supervisors.length === 0 ? (
				<p>
					There is nobody {page.named.length ? 'else ' : ''}here today who is competent in this and could be beside
					them.
				</p>
			) : (
				<Form method="post" noValidate>
					<h2>{page.named.length ? 'Name somebody else as well' : 'Name a colleague'}</h2>
					<input type="hidden" name="id" value={(!sent.supervision && sent.id) || page.id} />
					<SelectField
						name="supervisor"
						label="Who is beside them?"
						hint="Competent in this here today"
						blank="Choose a colleague"
						options={page.supervisors}
						defaultValue={sent.supervisor}
						error={errorOf('supervisor')}
					/>
					<Button disabled={busy}>{busy ? 'Saving…' : 'They may practise together'}</Button>
				</Form>
			)}
		</>
	);
}
