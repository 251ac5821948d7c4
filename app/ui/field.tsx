import { forwardRef, type InputHTMLAttributes, type ReactNode, type Ref } from 'react';

export type Option = { value: string; label: string; hint?: string };
export type InputProps = InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };
export type FieldText = { label: string; hint?: ReactNode; error?: string };

export type ChoicesProps = Omit<FieldText, 'label'> & {
	name: string;
	legend: string;
	options: Option[];
	defaultValue?: string | string[];
	kind: 'radio' | 'checkbox';
	small?: boolean;
	/** Makes the question the heading of the page, where it is the only thing on it. */
	heading?: boolean;
	inputProps?: (value: string) => InputProps;
};

/** What ties an input to its hint and its error. */
export function described(id: string, { hint, error }: { hint?: ReactNode; error?: string }, more?: string) {
	const ids = [hint ? `${id}-hint` : '', error ? `${id}-error` : '', more ?? ''].filter(Boolean).join(' ');
	return { 'aria-describedby': ids || undefined, 'aria-invalid': error ? true : undefined };
}

export function FieldFrame({ id, label, hint, error, children }: FieldText & { id: string; children: ReactNode }) {
	return (
		<div className={error ? 'field field-error' : 'field'}>
			<label className="label" htmlFor={id}>
				{label}
			</label>
			<HintAndError id={id} hint={hint} error={error} />
			{children}
		</div>
	);
}

export function HintAndError({ id, hint, error }: { id: string; hint?: ReactNode; error?: string }) {
	return (
		<>
			{hint && (
				<p className="hint" id={`${id}-hint`}>
					{hint}
				</p>
			)}
			{error && (
				<p className="error-message" id={`${id}-error`}>
					<span className="visually-hidden">Error: </span>
					{error}
				</p>
			)}
		</>
	);
}

export function Remaining({ id, limit, left = limit }: { id: string; limit: number; left?: number }) {
	const over = left < 0;
	const letters = Math.abs(left) === 1 ? '1 character' : `${Math.abs(left)} characters`;
	return (
		<>
			<p className={over ? 'remaining error-message' : 'remaining hint'} id={id}>
				{left === limit ? `You can write up to ${letters}` : `${letters} ${over ? 'too many' : 'left'}`}
			</p>
			<span className="visually-hidden" role="status">
				{over && 'Too many characters'}
			</span>
		</>
	);
}

type ChoiceProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> & {
	id: string;
	kind: 'radio' | 'checkbox';
	option: Option;
};

export const Choice = forwardRef<HTMLInputElement, ChoiceProps>(function Choice({ id, kind, option, ...rest }, ref) {
	const hintId = option.hint && `${id}-choice-hint`;
	return (
		<div className="choice">
			<input {...rest} className={kind} type={kind} id={id} value={option.value} aria-describedby={hintId} ref={ref} />
			<label htmlFor={id}>{option.label}</label>
			{option.hint && (
				<span className="hint" id={hintId}>
					{option.hint}
				</span>
			)}
		</div>
	);
});
