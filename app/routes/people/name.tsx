import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { findNameKeeping, listLegalHolds } from '#db/queries/legal-holds.ts';
import { listEmployments, listPeopleByIds } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { eraseIdentity, liftLegalHold, setLegalHold } from '../../commands/erasing.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { mayEverywhere } from '../../domain/authority.ts';
import { erasureForm, erasureRefusalWords, nameKeptUntil } from '../../domain/erasure.ts';
import { localDay, sayDay, sayMoment } from '../../domain/period.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { Button, Choices, ErrorSummary, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { readSent } from './sent.server.ts';
import { type PersonPage, withPerson } from './with-person.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'How long a name is kept – Countersign' }];

/** Only whoever may decide it at every site where they worked: a name is the same everywhere. */
async function workOf(tx: Tx, { visitor, person }: PersonPage) {
	const { providerId } = visitor;
	const work = await listEmployments(tx, { providerId, personId: person.id });
	const sites = work.flatMap((each) => each.siteId ?? []);
	if (sites.length && !mayEverywhere(visitor.posts, 'keep-names', sites)) throw forbidden();
	return work;
}

async function retentionOf(tx: Tx, { visitor }: PersonPage): Promise<string> {
	return (await rulesBySite(tx, visitor.providerId, catalogue()))('').policy.retention;
}

/** How long a person's name is kept, what holds it beyond that, and whether it may be forgotten today. */
export async function loader(args: LoaderFunctionArgs) {
	return withPerson(args, 'keep-names', async (tx, page) => {
		const { visitor, person, address } = page;
		const { providerId } = visitor;
		const work = await workOf(tx, page);
		const kept = await findNameKeeping(tx, { providerId, personId: person.id });
		if (!kept) throw notFound();
		const holds = await listLegalHolds(tx, { providerId, personId: person.id });
		const setters = await listPeopleByIds(tx, { providerId, personIds: holds.map((each) => each.setBy) });
		const today = localDay(args.context.now);
		const keptUntil = nameKeptUntil(work, kept.createdAt, await retentionOf(tx, page), today);
		return {
			id: uuidv7(),
			name: `${person.givenName} ${person.familyName}`,
			address,
			erasedAt: kept.erasedAt && sayMoment(kept.erasedAt),
			keptUntil: keptUntil && sayDay(keptUntil),
			due: keptUntil !== null && keptUntil < today,
			holds: holds.map((each) => {
				const setter = setters.get(each.setBy);
				return {
					id: each.id,
					reason: each.reason,
					set: `${sayMoment(each.setAt)}${setter ? `, by ${setter.givenName} ${setter.familyName}` : ''}`,
					lifted: each.liftedAt && sayMoment(each.liftedAt),
				};
			}),
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withPerson(args, 'keep-names', async (tx, page) => {
		const { visitor, person, address } = page;
		await workOf(tx, page);
		const { form, refusal, refuse } = await readSent(args.request, erasureForm);
		if (!form) return refusal;
		const now = args.context.now;
		const personId = person.id;
		const done =
			form.intent === 'hold'
				? await setLegalHold(tx, visitor, { ...form, personId })
				: form.intent === 'lift'
					? await liftLegalHold(tx, visitor, { id: form.id, now })
					: await eraseIdentity(tx, visitor, { personId, retention: await retentionOf(tx, page), now });
		if (done.ok) return redirect(`${address}/name`);
		return refuse([{ field: form.intent === 'hold' ? 'reason' : 'main', message: erasureRefusalWords[done.why] }]);
	});
}

export default function NamePage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const sent: Record<string, string> = refused?.sent ?? {};
	const errors = refused?.errors ?? [];
	const errorOf = (field: string) => errors.find((each) => each.field === field)?.message;
	const open = page.holds.filter((each) => !each.lifted);
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading title="How long a name is kept" caption={page.name} back={{ to: page.address, label: page.name }} />
			<Inset>
				The name, what they signed in with and the notes about them can be forgotten. Their evidence stays, without the
				name: who was competent on a day can be proved for ever.
			</Inset>
			<p>
				{page.erasedAt
					? `The name was forgotten on ${page.erasedAt}.`
					: page.keptUntil
						? `The name is kept until ${page.keptUntil}. Policy says how long.`
						: 'They work here, so the name is kept.'}
			</p>
			{page.holds.length > 0 && <h2>Holds</h2>}
			{page.holds.map((each) => (
				<section key={each.id} aria-label={each.reason}>
					<SummaryList
						rows={[
							{ key: 'Reason', value: each.reason },
							{ key: 'Set', value: each.set },
							{ key: 'Lifted', value: each.lifted ?? 'Not lifted' },
						]}
					/>
					{!each.lifted && (
						<Form method="post">
							<input type="hidden" name="intent" value="lift" />
							<input type="hidden" name="id" value={each.id} />
							<Button kind="secondary" disabled={busy}>
								Lift this hold
							</Button>
						</Form>
					)}
				</section>
			))}
			{!page.erasedAt && (
				<>
					<h2>Keep it longer</h2>
					<Form method="post" noValidate key={`hold-${page.holds.length}`}>
						<input type="hidden" name="intent" value="hold" />
						<input type="hidden" name="id" value={sent.intent === 'hold' ? sent.id : page.id} />
						<TextAreaField
							name="reason"
							label="Why does it have to be kept?"
							hint="A claim, say, or an investigation. A few words, nothing about the people you support"
							maxLength={280}
							rows={2}
							defaultValue={sent.intent === 'hold' ? sent.reason : undefined}
							error={errorOf('reason')}
						/>
						<Button kind="secondary" disabled={busy}>
							Keep the name until I lift this
						</Button>
					</Form>
				</>
			)}
			{page.due && !page.erasedAt && open.length === 0 && (
				<>
					<h2>Forget it</h2>
					<Form method="post" noValidate>
						<input type="hidden" name="intent" value="erase" />
						<Choices
							kind="checkbox"
							name="sure"
							legend="This cannot be undone"
							options={[{ value: 'yes', label: `Forget who ${page.name} was` }]}
							error={errorOf('sure')}
						/>
						<Button kind="warning" disabled={busy}>
							Forget the name
						</Button>
					</Form>
				</>
			)}
		</>
	);
}
