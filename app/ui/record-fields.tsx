import type { RecordKind } from '../domain/record.ts';
import { Choices, DateField, SelectField, TextAreaField, TextField } from './form.tsx';

interface Page {
	kind: RecordKind;
	today: string;
	sites: { value: string; label: string }[];
	privileges: { value: string; label: string }[];
}

/** The fields of one kind of record, in the order in which somebody thinks of them. */
export function RecordFields({
	page,
	sent,
	errorOf,
}: {
	page: Page;
	sent: Record<string, string>;
	errorOf: (field: string) => string | undefined;
}) {
	const { kind } = page;
	const common = (name: string) => ({ name, defaultValue: sent[name], error: errorOf(name) });
	const site = (
		<SelectField
			label="Site"
			blank={page.sites.length > 1 ? 'Choose a site' : undefined}
			options={page.sites}
			{...common('site')}
		/>
	);
	const note = (hint: string) => (
		<TextAreaField
			label="Note (if you want)"
			hint={`${hint} Nothing about the people you support`}
			maxLength={280}
			{...common('note')}
		/>
	);
	switch (kind) {
		case 'site-induction':
			return (
				<>
					{site}
					<DateField label="On which day?" max={page.today} {...common('on')} defaultValue={sent.on ?? page.today} />
				</>
			);
		case 'absence':
			return (
				<>
					<DateField label="First day away" max={page.today} {...common('from')} />
					<DateField label="First day back (leave empty if not known yet)" {...common('back')} />
				</>
			);
		case 'award':
		case 'agency-record':
			return (
				<>
					{kind === 'award' && (
						<TextField label="What is it called?" hint="Such as Level 3 Diploma" width={20} {...common('award')} />
					)}
					<DateField label="Dated" max={page.today} {...common('awardedOn')} />
					<DateField label="Good until (leave empty if it does not run out)" {...common('expiresOn')} />
					{note('Where the paper is.')}
				</>
			);
		case 'nurse-registration':
			return (
				<>
					<DateField
						label="Looked up on"
						max={page.today}
						{...common('awardedOn')}
						defaultValue={sent.awardedOn ?? page.today}
					/>
					<DateField label="To be renewed by" hint="Its last day, as the register says" {...common('expiresOn')} />
					{note('Where you saw it.')}
				</>
			);
		case 'outside-assessment':
			return (
				<>
					{site}
					<SelectField
						label="Competent in"
						blank="Choose a privilege"
						options={page.privileges}
						{...common('privilege')}
					/>
					<TextField
						label="What was it?"
						hint="Such as an assessor course, or registration as a nurse"
						width={20}
						{...common('award')}
					/>
					<DateField label="Day of the assessment" max={page.today} {...common('awardedOn')} />
					{note('Who assessed them, and where the paper is.')}
				</>
			);
		case 'age-decision':
			return (
				<>
					<Choices
						kind="radio"
						name="may"
						legend="May they do it before they are 18?"
						options={[
							{ value: 'yes', label: 'Yes' },
							{ value: 'no', label: 'Not yet' },
						]}
						defaultValue={sent.may}
						error={errorOf('may')}
					/>
					<SelectField
						label="What may they do?"
						hint="A yes is for one thing at a time, which you have looked at. “Not yet” may be for everything"
						blank="Everything (only for “not yet”)"
						options={page.privileges}
						{...common('privilege')}
					/>
					{note('What you looked at.')}
				</>
			);
	}
}
