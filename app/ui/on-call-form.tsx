import { Form } from '@remix-run/react';
import type { ReactNode } from 'react';
import { Button, TextAreaField, TextField } from './form.tsx';

/** What is asked of whoever is on call and allows something: why, for how long, and what `children` ask before. */
export function OnCallForm({
	page,
	why,
	sent,
	errorOf,
	busy,
	children,
}: {
	page: { id: string; hours: number };
	/** The question that the reason answers. */
	why: string;
	sent: Record<string, string> | undefined;
	errorOf: (field: string) => string | undefined;
	busy: boolean;
	children: ReactNode;
}) {
	return (
		<Form method="post" noValidate>
			<input type="hidden" name="id" value={sent?.id ?? page.id} />
			{children}
			<TextAreaField
				name="note"
				label={why}
				hint="A few words. Nothing about the people you support"
				maxLength={280}
				defaultValue={sent?.note}
				error={errorOf('note')}
			/>
			<TextField
				name="hours"
				label="For how many hours?"
				width={4}
				inputMode="decimal"
				autoComplete="off"
				suffix="hours"
				defaultValue={sent?.hours ?? page.hours}
				error={errorOf('hours')}
			/>
			<Button kind="warning" disabled={busy}>
				{busy ? 'Saving…' : 'Allow it'}
			</Button>
		</Form>
	);
}
