import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { countEvidence, listCheckpoints } from '#db/queries/checkpoints.ts';
import { CheckpointRefused, makeCheckpoint } from '../../commands/checkpointing.ts';
import { headOf, keepNote, noteKeeping } from '../../commands/outside-note.ts';
import { keysOf, listLedgerKeys } from '../../commands/signing.ts';
import { sayMoment } from '../../domain/period.ts';
import { vkeyOf } from '../../domain/signed-note.ts';
import { inProvider, requireAuthority } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset, Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Ledger – Countersign' }];

/** Measured on two busy cores; nearly all of it goes into the standings. */
const rowsASecond = 500;

export async function loader({ context, request }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'verify');
	const { providerId } = visitor;
	return inProvider(visitor, async (tx) => {
		const checkpoints = await listCheckpoints(tx, { providerId });
		const rows = await countEvidence(tx, { providerId });
		const last = checkpoints.at(-1);
		const origin = last && headOf(last.note)?.origin;
		const keys = await listLedgerKeys(tx);
		return {
			provider: visitor.providerName,
			rows,
			seconds: Math.max(1, Math.ceil(rows / rowsASecond)),
			last: last ? { size: last.size, made: sayMoment(last.madeAt), note: last.note } : null,
			checkpoints: checkpoints.length,
			restarts: checkpoints.flatMap(({ log, reason, madeAt }) =>
				reason ? [{ log, reason, began: sayMoment(madeAt) }] : [],
			),
			keys: origin
				? keysOf(keys, origin).map((key, place) => ({ text: vkeyOf(key), inUse: keys[place]?.sign !== null }))
				: [],
		};
	});
}

/** Makes a checkpoint now. */
export async function action({ context, request }: ActionFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'verify');
	const keeping = noteKeeping();
	try {
		const made = await inProvider(visitor, (tx) => makeCheckpoint(tx, visitor.providerId, keeping));
		keepNote(keeping, made.slug, made.checkpoint.note);
		return redirect('/ledger');
	} catch (error) {
		if (!(error instanceof CheckpointRefused)) throw error;
		return data({ errors: [{ field: 'sign', message: error.message }], at: Date.now() }, { status: 422 });
	}
}

export default function LedgerPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const navigation = useNavigation();
	const [busy, checking] = [navigation.state !== 'idle', navigation.location?.pathname === '/ledger/check'];
	const seconds = page.seconds === 1 ? 'about a second' : `about ${page.seconds} seconds`;
	return (
		<>
			<ErrorSummary key={refused?.at} errors={refused?.errors ?? []} />
			<Heading title="Ledger" caption={page.provider} />
			<p className="lead">
				Every row of evidence is chained to the one before it. Here you can check that none was changed.
			</p>
			<SummaryList
				rows={[
					{ key: 'Rows of evidence', value: page.rows.toLocaleString('en-GB') },
					{
						key: 'Last signed',
						value: page.last ? `${page.last.made}, ${page.last.size.toLocaleString('en-GB')} rows` : 'Never',
					},
					{ key: 'Checkpoints', value: page.checkpoints.toLocaleString('en-GB') },
				]}
			/>
			{page.restarts.map(({ log, reason, began }) => (
				<Inset key={log}>
					A new log was begun on {began}: {reason}
				</Inset>
			))}

			<h2>Check everything</h2>
			<p>
				This reads every row, works every hash and every standing out again, and says what is not as it was written. It
				takes {seconds}.
			</p>
			<LinkButton to="/ledger/check">{checking ? 'Checking…' : 'Check now'}</LinkButton>

			<h2>Sign how it stands now</h2>
			<p>
				A checkpoint is a short note, signed by this installation. Whoever holds one can prove later if a row was
				changed or taken out. One is made each day by itself.
			</p>
			<Form method="post">
				<Button kind="secondary" id="sign" disabled={busy}>
					{busy && !checking ? 'Signing…' : 'Make a checkpoint'}
				</Button>
			</Form>

			<h2>Take it with you</h2>
			{page.last ? (
				<p>
					<a href="/ledger/note" download>
						Download the last checkpoint
					</a>{' '}
					and keep it where this system cannot reach it, for example in your e-mail.
				</p>
			) : (
				<p>Make a checkpoint first. Then you can download it.</p>
			)}
			<p>
				The pack holds every row of evidence, without names and without notes. The checker is a small program that
				checks a pack without Countersign, on any computer with Node.
			</p>
			<Form method="post" action="/ledger/pack" reloadDocument>
				<div className="actions">
					<Button kind="secondary">Download the pack</Button>
					<a className="button button-secondary" href="/ledger/verifier" download>
						Download the checker
					</a>
				</div>
			</Form>
			<Details summary="The last checkpoint and the keys">
				{page.last ? <pre className="note-text">{page.last.note}</pre> : <p>Nothing has been signed yet.</p>}
				{page.keys.map(({ text, inUse }) => (
					<div key={text}>
						<p>{inUse ? 'The key that signs:' : 'A key that signed before:'}</p>
						<pre className="note-text">{text}</pre>
					</div>
				))}
			</Details>
			{!page.rows && (
				<Notice tone="plain" title="There is no evidence yet">
					<p>The ledger begins with the first fact that is recorded.</p>
				</Notice>
			)}
		</>
	);
}
