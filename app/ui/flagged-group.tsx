import { Form, Link } from '@remix-run/react';
import { Choice, HintAndError } from './field.tsx';
import { Button, TextAreaField } from './form.tsx';
import { Inset } from './notice.tsx';

/** A sign-off and one of its rounds, in words. */
export interface FlaggedRow {
	/** What its tick sends: `<sign-off>/<round>`. */
	pair: string;
	label: string;
	why: string;
	/** Why the visitor may not decide it. */
	refusal: string | null;
}

export interface FlaggedGroupView {
	key: string;
	title: string;
	happened: string;
	rows: FlaggedRow[];
}

interface Refused {
	errors: { field: string; message: string }[];
	sent: { key: string; id: string; note: string; pairs: string[] };
}

/** What goes back to one void act: what happened, who rests on it, and a form that says of several at once that they stand. */
export function FlaggedGroup({
	group: { key, title, happened, rows },
	place,
	id,
	refused,
	busy,
}: {
	group: FlaggedGroupView;
	/** Tells the fields of one group from those of another. */
	place: number;
	id: string;
	refused: Refused | undefined;
	busy: boolean;
}) {
	const errorOf = (field: string) => refused?.errors.find((each) => each.field === `${field}-${place}`)?.message;
	const error = errorOf('pairs');
	const open = rows.filter((each) => !each.refusal);
	const links = (row: FlaggedRow) => (
		<Link to={`/reviews/${row.pair}`}>
			Look at it<span className="visually-hidden">: {row.label}</span>
		</Link>
	);
	return (
		<section>
			<h3>{title}</h3>
			<p>{happened}</p>
			{rows.some((each) => each.refusal) && (
				<ul>
					{rows.flatMap((row) =>
						row.refusal
							? [
									<li key={row.pair}>
										{row.label}. {row.why} {row.refusal} {links(row)}
									</li>,
								]
							: [],
					)}
				</ul>
			)}
			{open.length ? (
				<Form method="post" noValidate>
					<input type="hidden" name="id" value={refused?.sent.id ?? id} />
					<input type="hidden" name="key" value={key} />
					<input type="hidden" name="place" value={place} />
					<fieldset className={error ? 'field field-error' : 'field'}>
						<legend className="label">Which of these stand?</legend>
						<HintAndError id={`pairs-${place}`} hint="Tick those you have looked at" error={error} />
						<div className="choices choices-small">
							{open.map((row, index) => (
								<div key={row.pair}>
									<Choice
										kind="checkbox"
										name="pairs"
										id={index === 0 ? `pairs-${place}` : `pairs-${place}-${index}`}
										option={{ value: row.pair, label: row.label, hint: row.why }}
										defaultChecked={refused?.sent.pairs.includes(row.pair) ?? false}
									/>
									<p>{links(row)}</p>
								</div>
							))}
						</div>
					</fieldset>
					<TextAreaField
						name="note"
						id={`note-${place}`}
						label="What did you look at?"
						hint="A few words, for all that you tick. Nothing about the people you support"
						maxLength={280}
						rows={2}
						defaultValue={refused?.sent.note}
						error={errorOf('note')}
					/>
					<Button disabled={busy}>{busy ? 'Saving…' : 'Those I ticked stand'}</Button>
				</Form>
			) : (
				<Inset>Somebody else has to decide these.</Inset>
			)}
		</section>
	);
}
