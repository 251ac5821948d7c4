import { Form } from '@remix-run/react';
import { secretOverlapWords } from '../domain/client.ts';
import { AllowanceFields, KeysHint } from './allowance-fields.tsx';
import { Button, Choices, TextAreaField } from './form.tsx';
import { Inset } from './notice.tsx';
import { DataTable } from './table.tsx';

/** What every form on a client's page needs: what was typed before, what was wrong, whether it is being sent. */
export type FormState = {
	busy: boolean;
	/** Null: whoever looks may change nothing. */
	sent: (Record<string, string | string[]> & { intent?: string; scopes: string[] }) | null;
	errorOf: (field: string) => string | undefined;
	mayChange: boolean;
};

const typed = ({ sent }: FormState, field: string, before: string) =>
	typeof sent?.[field] === 'string' ? (sent[field] as string) : before;

type Secret = { id: string; made: string; used: string; ends: string };

/** The secrets that are alive, and the way to a new one. */
export function SecretForms({ secrets, full, ...state }: FormState & { secrets: Secret[]; full: boolean }) {
	const { busy, mayChange } = state;
	return (
		<section>
			<h2>Secrets</h2>
			{secrets.length ? (
				<DataTable
					caption="Secrets that are alive, the oldest first"
					head={['Made', 'Last used', 'Ends', ...(mayChange ? ['End it'] : [])]}
					rows={secrets.map((each) => [
						each.made,
						each.used,
						each.ends,
						...(mayChange
							? [
									<Form method="post" key="end">
										<input type="hidden" name="intent" value="end-secret" />
										<input type="hidden" name="secret" value={each.id} />
										<Button kind="secondary" disabled={busy}>
											End now<span className="visually-hidden"> the secret made {each.made}</span>
										</Button>
									</Form>,
								]
							: []),
					])}
				/>
			) : (
				<Inset>It has no secret.</Inset>
			)}
			{mayChange && full && <p>Two are alive. To make a new one, end one of them first.</p>}
			{mayChange && !full && (
				<Form method="post" noValidate>
					<input type="hidden" name="intent" value="add-secret" />
					{secrets.length ? (
						<Choices
							kind="radio"
							name="olderEnds"
							legend="When does the older secret end?"
							hint="Until then both work, so that the vendor can change over"
							options={Object.entries(secretOverlapWords).map(([value, label]) => ({ value, label }))}
							defaultValue={typed(state, 'olderEnds', 'in-7-days')}
							error={state.errorOf('olderEnds')}
						/>
					) : (
						<input type="hidden" name="olderEnds" value="by-hand" />
					)}
					<Button kind="secondary" disabled={busy}>
						Make a new secret
					</Button>
				</Form>
			)}
		</section>
	);
}

/** The public keys a client signs with. */
export function KeysForm({ keys, ...state }: FormState & { keys: { kid: string; algorithms: string }[] }) {
	return (
		<section>
			<h2>Public keys</h2>
			{keys.length ? (
				<DataTable
					caption="Keys it may sign in with"
					head={['Key', 'Signs with']}
					rows={keys.map((each) => [<code key="kid">{each.kid}</code>, each.algorithms])}
				/>
			) : (
				<Inset>It has no keys of its own.</Inset>
			)}
			{state.mayChange && (
				<Form method="post" noValidate>
					<input type="hidden" name="intent" value="set-keys" />
					<TextAreaField
						name="keys"
						label="New set of public keys"
						hint={
							<>
								<KeysHint />. It takes the place of the keys above; left empty, it removes them
							</>
						}
						rows={6}
						spellCheck={false}
						defaultValue={typed(state, 'keys', '')}
						error={state.errorOf('keys')}
					/>
					<Button kind="secondary" disabled={state.busy}>
						Save the keys
					</Button>
				</Form>
			)}
		</section>
	);
}

type AllowanceFormProps = FormState & { scopes: string[]; perSecond: number; burst: number };

/** What it may ask, and how much. */
export function AllowanceForm({ scopes, perSecond, burst, ...state }: AllowanceFormProps) {
	const again = state.sent?.intent === 'set-allowance' ? state.sent : null;
	return (
		<section>
			<h2>What it may ask</h2>
			<p>A change holds from its next sign-in, within five minutes.</p>
			<Form method="post" noValidate>
				<input type="hidden" name="intent" value="set-allowance" />
				<AllowanceFields
					values={{
						scopes: again?.scopes ?? scopes,
						perSecond: typed(state, 'perSecond', String(perSecond)),
						burst: typed(state, 'burst', String(burst)),
					}}
					errorOf={state.errorOf}
				/>
				<Button kind="secondary" disabled={state.busy}>
					Save what it may ask
				</Button>
			</Form>
		</section>
	);
}

/** Stops a client at its next question, or lets it ask again. */
export function SwitchForm({ off, ...state }: FormState & { off: boolean }) {
	return (
		<section>
			<h2>{off ? 'Switch it on again' : 'Switch it off'}</h2>
			<p>
				{off
					? 'It then signs in with the secrets and keys it has.'
					: 'From its next question on it is told nothing. Staff who use it must follow your plan for when the eMAR cannot ask.'}
			</p>
			<Form method="post" noValidate>
				<input type="hidden" name="intent" value={off ? 'switch-on' : 'switch-off'} />
				{!off && (
					<TextAreaField
						name="reason"
						label="Why do you switch it off?"
						hint="A few words, kept with its history. No names"
						maxLength={280}
						rows={2}
						defaultValue={typed(state, 'reason', '')}
						error={state.errorOf('reason')}
					/>
				)}
				<Button kind={off ? 'primary' : 'warning'} disabled={state.busy}>
					{off ? 'Switch it on' : 'Switch it off now'}
				</Button>
			</Form>
		</section>
	);
}
