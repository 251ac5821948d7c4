import { mostPerSecond, scopes, scopeWords } from '../domain/client.ts';
import { Choices, TextField } from './form.tsx';

type AllowanceFieldsProps = {
	values: { scopes: string[]; perSecond: string; burst: string };
	errorOf: (field: string) => string | undefined;
};

/** What a client may ask, and how much of it. */
export function AllowanceFields({ values, errorOf }: AllowanceFieldsProps) {
	const most = mostPerSecond.toLocaleString('en-GB');
	const of = (name: string) => ({ name, error: errorOf(name) });
	return (
		<>
			<Choices
				{...of('scopes')}
				kind="checkbox"
				legend="What may it ask?"
				hint="Only what it needs. Most eMARs need the first"
				options={scopes.map((value) => ({ value, label: scopeWords[value], hint: value }))}
				defaultValue={values.scopes}
			/>
			<TextField
				{...of('perSecond')}
				label="Questions a second"
				hint={`For long. From 1 to ${most}`}
				width={6}
				inputMode="numeric"
				autoComplete="off"
				defaultValue={values.perSecond}
			/>
			<TextField
				{...of('burst')}
				label="Questions at once"
				hint="After a rest, for example when a round begins"
				width={6}
				inputMode="numeric"
				autoComplete="off"
				defaultValue={values.burst}
			/>
		</>
	);
}

/** Where the vendor's public keys are pasted. */
export function KeysHint() {
	return (
		<>
			The text that the vendor sent you. It begins with <code>{'{ "keys": ['}</code>. It is not secret
		</>
	);
}
