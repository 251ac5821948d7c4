import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { z } from 'zod';
import { database } from '#db/client.server.ts';
import { listEventsByIds } from '#db/queries/events.ts';
import { listDeliveries } from '#db/queries/webhooks.ts';
import { titles } from '../../catalogue.server.ts';
import {
	endPreviousSecret,
	readSecret,
	replay,
	rotateSecret,
	sendTest,
	switchEndpoint,
} from '../../commands/connecting.ts';
import { eventWords, type ToldEvent } from '../../domain/event.ts';
import { sayMoment } from '../../domain/period.ts';
import { type DeliveryRow, DeliveryTable } from '../../ui/delivery-table.tsx';
import { EndpointTag } from '../../ui/endpoint-state.tsx';
import { Button, ErrorSummary } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { sayDelivery, sayEndpoint } from './endpoint-words.server.ts';
import { withEndpoint } from './with-webhooks.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.name ?? ''} – Countersign` }];

const shownDeliveries = 50;

const doneWords: Record<string, string> = {
	added: 'It is added and switched on. Give its secret to the maker of the other system',
	tested: 'A test is on its way. Load this page again to see what came of it',
	rotated: 'There is a new secret. For one day the old one signs as well',
	ended: 'The old secret signs no more',
	on: 'It is switched on. What it missed can be sent again below',
	off: 'It is switched off. Nothing is sent to it',
	replayed: 'It is on its way again. Load this page again to see what came of it',
};

/** One address: how it stands, its secret, and what was sent to it. */
export async function loader(args: LoaderFunctionArgs) {
	return withEndpoint(args, async (tx, { visitor: { providerId }, endpoint, address }) => {
		const now = args.context.now;
		const deliveries = await listDeliveries(tx, { providerId, endpointId: endpoint.id, limit: shownDeliveries });
		const eventIds = deliveries.flatMap((each) => each.eventId ?? []);
		const events = await listEventsByIds(tx, { providerId, eventIds });
		return {
			name: endpoint.name,
			url: endpoint.url,
			address,
			off: endpoint.offAt !== null,
			state: sayEndpoint(endpoint, now),
			told: endpoint.types.map((type) => eventWords[type]),
			previousUntil: endpoint.previousUntil && endpoint.previousUntil > now ? sayMoment(endpoint.previousUntil) : null,
			done: doneWords[new URL(args.request.url).searchParams.get('done') ?? ''] ?? null,
			anyFailed: deliveries.some((each) => each.state === 'failed' && each.eventId),
			deliveries: deliveries.map((each) => ({
				id: each.id,
				what: sayEvent(events.get(each.eventId ?? '')),
				test: each.eventId === null,
				when: sayMoment(each.createdAt),
				state: sayDelivery(each),
				tries: each.attemptedAt.map(sayMoment),
				response: each.response,
				again: againOf(each.state === 'due', endpoint.offAt !== null),
			})),
		};
	});
}

function sayEvent(event: Pick<ToldEvent, 'type' | 'privilege'> | undefined): string {
	return event ? `${eventWords[event.type]}: ${titles().privilege(event.privilege)}` : '';
}

function againOf(underWay: boolean, off: boolean): DeliveryRow['again'] {
	if (underWay) return 'by-itself';
	return off ? 'off' : 'button';
}

const sentForm = z.object({
	intent: z.enum(['secret', 'rotate', 'end-previous', 'test', 'on', 'off', 'replay', 'replay-failed']),
	delivery: z.uuid().optional(),
});

export async function action(args: ActionFunctionArgs) {
	return withEndpoint(args, async (tx, { visitor: { providerId }, endpoint, address }) => {
		const form = sentForm.safeParse(Object.fromEntries(await args.request.formData()));
		const refuse = (message: string) =>
			data({ secret: null, errors: [{ field: 'main', message }], at: Date.now() }, { status: 422 });
		if (!form.success) return refuse('Choose one of the buttons');
		const at = { providerId, endpointId: endpoint.id };
		const { sealingKey } = database();
		const done = (what: string) => redirect(`${address}?done=${what}`);
		switch (form.data.intent) {
			case 'secret': {
				const secret = await readSecret(tx, at, sealingKey);
				if (!secret) return refuse('The secret cannot be read any more. Make a new one');
				return data({ secret, errors: [], at: Date.now() });
			}
			case 'rotate':
				await rotateSecret(tx, at, sealingKey);
				return done('rotated');
			case 'end-previous':
				await endPreviousSecret(tx, at);
				return done('ended');
			case 'test':
				await sendTest(tx, at);
				return done('tested');
			case 'on':
			case 'off':
				await switchEndpoint(tx, at, form.data.intent === 'on');
				return done(form.data.intent);
			case 'replay':
			case 'replay-failed': {
				const one = form.data.intent === 'replay' ? form.data.delivery : null;
				if (one === undefined) return refuse('Choose what to send again');
				const sent = await replay(tx, at, one);
				return sent.ok ? done('replayed') : refuse('Switch it on first. Then send it again');
			}
		}
	});
}

export default function WebhookPage() {
	const page = useLoaderData<typeof loader>();
	const answered = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const button = (intent: string, label: string, kind: 'secondary' | 'warning' = 'secondary') => (
		<Form method="post">
			<input type="hidden" name="intent" value={intent} />
			<Button kind={kind} disabled={busy}>
				{label}
			</Button>
		</Form>
	);
	return (
		<>
			<ErrorSummary key={answered?.at} errors={answered?.errors ?? []} />
			{page.done && !answered && <Notice tone="success" title={page.done} />}
			<Heading title={page.name} caption="Webhook" back={{ to: '/settings/webhooks', label: 'Webhooks' }} />
			<SummaryList
				rows={[
					{ key: 'Address', value: <span className="break-all">{page.url}</span> },
					{ key: 'State', value: <EndpointTag state={page.state} /> },
					{
						key: 'Is told',
						value: (
							<ul>
								{page.told.map((each) => (
									<li key={each}>{each}</li>
								))}
							</ul>
						),
					},
				]}
			/>
			<div className="actions">
				{button('test', 'Send a test')}
				{page.off ? button('on', 'Switch it on') : button('off', 'Switch it off', 'warning')}
			</div>
			<h2>Signing secret</h2>
			<p>The other system checks with it that a message comes from us. Give it to nobody else.</p>
			{answered?.secret && (
				<Notice tone="plain" title="The secret">
					<p className="break-all">
						<code>{answered.secret}</code>
					</p>
				</Notice>
			)}
			<div className="actions">
				{button('secret', 'Show the secret')}
				{button('rotate', 'Make a new secret')}
			</div>
			{page.previousUntil && (
				<>
					<p>The old secret signs as well until {page.previousUntil}, so that nothing is lost meanwhile.</p>
					{button('end-previous', 'End the old secret now')}
				</>
			)}
			<h2>What was sent</h2>
			{page.anyFailed && !page.off && button('replay-failed', 'Send again all that was given up')}
			<DeliveryTable deliveries={page.deliveries} most={shownDeliveries} busy={busy} />
		</>
	);
}
