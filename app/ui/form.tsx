import { Link } from '@remix-run/react';
import {
	type ChangeEvent,
	type ComponentPropsWithoutRef,
	forwardRef,
	type ReactNode,
	useEffect,
	useRef,
	useState,
} from 'react';
import {
	Choice,
	type ChoicesProps,
	described,
	FieldFrame,
	type FieldText,
	HintAndError,
	type Option,
	Remaining,
} from './field.tsx';

/** Takes the focus when it appears; give it a new `key` for each submission so that it does so again. */
export function ErrorSummary({ errors }: { errors: { field: string; message: string }[] }) {
	const box = useRef<HTMLDivElement>(null);
	const any = errors.length > 0;
	useEffect(() => {
		if (any) box.current?.focus();
	}, [any]);
	if (!any) return null;
	return (
		<div className="error-summary" role="alert" tabIndex={-1} ref={box}>
			<h2>There is a problem</h2>
			<ul>
				{errors.map(({ field, message }) => (
					<li key={field + message}>
						<a href={`#${field}`}>{message}</a>
					</li>
				))}
			</ul>
		</div>
	);
}

type Width = 2 | 4 | 6 | 10 | 20;
type Named = { name: string; id?: string };
type TextFieldProps = FieldText &
	Named & { width?: Width; suffix?: string } & Omit<ComponentPropsWithoutRef<'input'>, 'width' | keyof Named>;

export const TextField = forwardRef<HTMLInputElement, TextFieldProps>(function TextField(props, ref) {
	const { label, hint, error, width, suffix, id = props.name, type = 'text', ...rest } = props;
	return (
		<FieldFrame id={id} label={label} hint={hint} error={error}>
			<div className="input-row">
				<input
					{...rest}
					{...described(id, { hint, error }, suffix && `${id}-suffix`)}
					className={width ? `input width-${width}` : 'input'}
					id={id}
					type={type}
					ref={ref}
				/>
				{suffix && (
					<span className="suffix" id={`${id}-suffix`}>
						{suffix}
					</span>
				)}
			</div>
		</FieldFrame>
	);
});

export const DateField = forwardRef<HTMLInputElement, TextFieldProps>(function DateField(props, ref) {
	return <TextField width={10} {...props} type="date" ref={ref} />;
});

type PasswordFieldProps = Omit<TextFieldProps, 'width' | 'suffix' | 'type'>;

export const PasswordField = forwardRef<HTMLInputElement, PasswordFieldProps>(function PasswordField(props, ref) {
	const { label, hint, error, id = props.name, ...rest } = props;
	const [enhanced, setEnhanced] = useState(false);
	const [shown, setShown] = useState(false);
	useEffect(() => setEnhanced(true), []);
	return (
		<FieldFrame id={id} label={label} hint={hint} error={error}>
			<div className="input-row password-row">
				<input
					autoComplete="current-password"
					autoCapitalize="none"
					spellCheck={false}
					{...rest}
					{...described(id, { hint, error })}
					className="input"
					id={id}
					type={shown ? 'text' : 'password'}
					ref={ref}
				/>
				{enhanced && (
					<button className="quiet-button" type="button" aria-controls={id} onClick={() => setShown(!shown)}>
						{shown ? 'Hide' : 'Show'}
						<span className="visually-hidden"> {label.toLowerCase()}</span>
					</button>
				)}
			</div>
		</FieldFrame>
	);
});

type SelectFieldProps = FieldText &
	Named & { options: Option[]; blank?: string } & Omit<ComponentPropsWithoutRef<'select'>, keyof Named>;

export const SelectField = forwardRef<HTMLSelectElement, SelectFieldProps>(function SelectField(props, ref) {
	const { label, hint, error, options, blank, id = props.name, ...rest } = props;
	return (
		<FieldFrame id={id} label={label} hint={hint} error={error}>
			<select {...rest} {...described(id, { hint, error })} className="input select" id={id} ref={ref}>
				{blank !== undefined && <option value="">{blank}</option>}
				{options.map(({ value, label }) => (
					<option key={value} value={value}>
						{label}
					</option>
				))}
			</select>
		</FieldFrame>
	);
});

type TextAreaFieldProps = FieldText &
	Named & { maxLength?: number } & Omit<ComponentPropsWithoutRef<'textarea'>, keyof Named>;

/** Lets people write past the limit and says so, rather than swallowing what they type. */
export const TextAreaField = forwardRef<HTMLTextAreaElement, TextAreaFieldProps>(function TextAreaField(props, ref) {
	const { label, hint, error, maxLength, id = props.name, rows = 4, onChange, ...rest } = props;
	const [left, setLeft] = useState<number>();
	function count(event: ChangeEvent<HTMLTextAreaElement>) {
		if (maxLength) setLeft(maxLength - event.target.value.length);
		onChange?.(event);
	}
	return (
		<FieldFrame id={id} label={label} hint={hint} error={error}>
			<textarea
				{...rest}
				{...described(id, { hint, error }, maxLength ? `${id}-left` : undefined)}
				className="input"
				id={id}
				rows={rows}
				onChange={count}
				ref={ref}
			/>
			{maxLength && <Remaining id={`${id}-left`} limit={maxLength} left={left} />}
		</FieldFrame>
	);
});

/** The first input carries the bare name as its id, so that an error can link to it. */
export function Choices(props: ChoicesProps) {
	const { name, legend, hint, error, options, defaultValue, kind, small, heading, inputProps } = props;
	const chosen = [defaultValue ?? []].flat();
	const { 'aria-describedby': describedBy } = described(name, { hint, error });
	return (
		<fieldset className={error ? 'field field-error' : 'field'} aria-describedby={describedBy}>
			<legend className={heading ? 'legend-heading' : 'label'}>{heading ? <h1>{legend}</h1> : legend}</legend>
			<HintAndError id={name} hint={hint} error={error} />
			<div className={small ? 'choices choices-small' : 'choices'}>
				{options.map((option, index) => (
					<Choice
						{...inputProps?.(option.value)}
						key={option.value}
						kind={kind}
						id={index === 0 ? name : `${name}-${option.value}`}
						name={name}
						option={option}
						defaultChecked={chosen.includes(option.value)}
					/>
				))}
			</div>
		</fieldset>
	);
}

type ButtonKind = 'primary' | 'secondary' | 'warning';

export function Button({
	kind = 'primary',
	type = 'submit',
	...rest
}: { kind?: ButtonKind } & Omit<ComponentPropsWithoutRef<'button'>, 'className'>) {
	return <button {...rest} className={`button button-${kind}`} type={type} />;
}

export function LinkButton({ to, kind = 'primary', children }: { to: string; kind?: ButtonKind; children: ReactNode }) {
	return (
		<Link className={`button button-${kind}`} to={to}>
			{children}
		</Link>
	);
}
