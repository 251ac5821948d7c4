import { DateField, TextField } from './form.tsx';

/** For whom a task is delegated, and when that is looked at again. */
export function DelegationFields({
	review,
	reviewLabel,
	reviewHint,
	sent,
	errorOf,
}: {
	review: { usual: string; first: string; last: string };
	reviewLabel: string;
	reviewHint: string;
	sent: Record<string, string>;
	errorOf: (field: string) => string | undefined;
}) {
	return (
		<>
			<TextField
				name="person"
				label="Reference of the person supported"
				hint="As your eMAR knows them, such as RH-0142. Never write a name, a room or a date of birth"
				width={20}
				autoComplete="off"
				defaultValue={sent.person}
				error={errorOf('person')}
			/>
			<DateField
				name="reviewOn"
				label={reviewLabel}
				hint={reviewHint}
				min={review.first}
				max={review.last}
				defaultValue={sent.reviewOn ?? review.usual}
				error={errorOf('reviewOn')}
			/>
		</>
	);
}
