import { Choices, PasswordField, TextField } from './form.tsx';

/** How far a stop reaches: asked of whoever stops somebody who works at more than one site. */
export function ReachField({
	site,
	elsewhere,
	defaultValue,
	error,
	inputProps,
}: {
	site: string;
	elsewhere: { works: readonly string[]; held: readonly string[] };
	defaultValue?: string | undefined;
	error?: string | undefined;
	inputProps?: (value: string) => object;
}) {
	const { works, held } = elsewhere;
	if (!works.length) return <input type="hidden" value="site" name="reach" {...inputProps?.('site')} />;
	return (
		<Choices
			kind="radio"
			name="reach"
			legend="How far does it reach?"
			hint={`They also work at ${works.join(', ')}${
				held.length ? `. Today they may do this at ${held.join(', ')}` : ''
			}. Choose every site if the reason holds there too`}
			options={[
				{ value: 'site', label: `Only ${site}` },
				{ value: 'everywhere', label: 'Every site' },
			]}
			defaultValue={defaultValue}
			error={error}
			{...(inputProps ? { inputProps } : {})}
		/>
	);
}

/** What a second person enters themselves, on the device of whoever asks them. */
export function SecondPersonFields({
	staffCode,
	errorOf,
	prefix = '',
}: {
	staffCode: string | undefined;
	errorOf: (field: string) => string | undefined;
	/** Where two forms of a page have such fields. */
	prefix?: string;
}) {
	return (
		<>
			<TextField
				id={`${prefix}staffCode`}
				name="staffCode"
				label="Staff code of the second person"
				width={20}
				autoComplete="off"
				autoCapitalize="none"
				spellCheck={false}
				defaultValue={staffCode}
				error={errorOf('staffCode')}
			/>
			<PasswordField
				id={`${prefix}secret`}
				name="secret"
				label="Their PIN or password, which they enter themselves"
				autoComplete="off"
				error={errorOf('secret')}
			/>
		</>
	);
}
