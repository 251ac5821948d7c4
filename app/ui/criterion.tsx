import type { Answer } from '../domain/words.ts';
import { described, HintAndError, type InputProps } from './field.tsx';
import { Icon, type IconName } from './icon.tsx';

const answers: { value: Answer; label: string; icon: IconName }[] = [
	{ value: 'yes', label: 'Yes', icon: 'tick' },
	{ value: 'no', label: 'No', icon: 'cross' },
	{ value: 'not-seen', label: 'Not seen', icon: 'dash' },
	{ value: 'not-applicable', label: 'Not applicable', icon: 'empty' },
];

type CriterionRowProps = {
	id: string;
	number: number;
	text: string;
	look?: string;
	critical: boolean;
	answer?: Answer;
	error?: string;
	mayNotApply: boolean;
	inputProps?: (value: Answer) => InputProps;
};

/** The first input carries the bare name as its id, so that an error can link to it. */
export function CriterionRow(props: CriterionRowProps) {
	const { id, number, text, look, critical, answer, error, mayNotApply, inputProps } = props;
	const name = `results.${id}`;
	const { 'aria-describedby': describedBy } = described(name, { hint: look, error });
	return (
		<fieldset className={error ? 'criterion criterion-error' : 'criterion'} aria-describedby={describedBy}>
			<legend>
				<span className="criterion-number">{number}</span>
				<span>
					{text} {critical && <span className="tag tag-critical">Critical</span>}
				</span>
			</legend>
			<div className="criterion-notes">
				<HintAndError id={name} hint={look} error={error} />
			</div>
			<div className="segments">
				{answers
					.filter(({ value }) => mayNotApply || value !== 'not-applicable')
					.map(({ value, label, icon }, index) => {
						const inputId = index === 0 ? name : `${name}-${value}`;
						return (
							<div className="segment" key={value}>
								<input
									{...inputProps?.(value)}
									type="radio"
									id={inputId}
									name={name}
									value={value}
									defaultChecked={answer === value}
								/>
								<label htmlFor={inputId}>
									<Icon name={icon} />
									{label}
								</label>
							</div>
						);
					})}
			</div>
		</fieldset>
	);
}
