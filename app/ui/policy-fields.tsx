import { calendarUnits, exactUnits } from '../domain/length.ts';
import type { PolicyNumber } from '../domain/policy-numbers.ts';
import { readable } from '../domain/requirement-words.ts';
import { Choices, SelectField, TextField } from './form.tsx';

type FieldProps = { number: PolicyNumber; values: Record<string, string[]>; error?: string };

/** One number of a policy as people fill it in: a length of time is a number and a unit. */
export function PolicyField({ number, values, error }: FieldProps) {
	const { path, label, hint } = number;
	const value = values[path]?.[0] ?? '';
	const common = { name: path, label, ...(hint ? { hint } : {}), ...(error ? { error } : {}) };
	switch (number.kind) {
		case 'count':
			return (
				<TextField
					{...common}
					{...(number.suffix ? { suffix: number.suffix } : {})}
					width={4}
					inputMode="numeric"
					defaultValue={value}
				/>
			);
		case 'length':
			return (
				<div className="length">
					<TextField {...common} width={4} inputMode="numeric" defaultValue={value} />
					<SelectField
						name={`${path}.unit`}
						label="Unit"
						aria-label={`Unit: ${label.toLowerCase()}`}
						options={(number.exact ? exactUnits : calendarUnits).map((unit) => ({ value: unit, label: unit }))}
						defaultValue={values[`${path}.unit`]?.[0]}
					/>
				</div>
			);
		case 'yes-no':
			return (
				<Choices
					kind="radio"
					small
					name={path}
					legend={label}
					{...(error ? { error } : {})}
					options={[
						{ value: 'yes', label: 'Yes' },
						{ value: 'no', label: 'No' },
					]}
					defaultValue={value}
				/>
			);
		case 'asks':
			return <SelectField {...common} options={number.options} defaultValue={value} />;
		case 'time':
			return <TextField {...common} width={6} defaultValue={value} />;
		case 'variants':
			return (
				<>
					<input type="hidden" name={`${path}.asked`} value="yes" />
					<Choices
						kind="checkbox"
						name={path}
						legend={label}
						{...(hint ? { hint } : {})}
						{...(error ? { error } : {})}
						options={number.all.map((each) => ({ value: each, label: readable(each) }))}
						defaultValue={values[path] ?? []}
					/>
				</>
			);
	}
}
