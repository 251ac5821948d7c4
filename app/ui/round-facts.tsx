import { readable } from '../domain/requirement-words.ts';
import { Choices, TextField } from './form.tsx';

/** What a round's form asks beside its lines. */
export interface RoundAsked {
	/** False where there are no people, doses and refusals to count. */
	counts: boolean;
	/** The routes or devices that the privilege tells apart. */
	variants: readonly string[];
	/** Whether a simulated round counts as a pass. */
	simulation: boolean;
}

const countWords = { people: 'People supported', doses: 'Doses given', refusals: 'Doses declined' };

/** How much was seen, of which route or device, and whether it was real. Counts only: nothing about the people. */
export function RoundFacts({
	asked,
	form,
	errorOf,
}: {
	asked: RoundAsked;
	form: {
		people: string;
		doses: string;
		refusals: string;
		variant: string;
		simulated: string[];
		stoppedForSafety: string[];
	};
	errorOf: (field: string) => string | undefined;
}) {
	return (
		<>
			<h2>How much you saw</h2>
			{asked.variants.length > 0 && (
				<Choices
					kind="radio"
					name="variant"
					legend="Which one did you see?"
					options={asked.variants.map((variant) => ({ value: variant, label: readable(variant) }))}
					defaultValue={form.variant ? [form.variant] : []}
					error={errorOf('variant')}
				/>
			)}
			{asked.counts &&
				(['people', 'doses', 'refusals'] as const).map((name) => (
					<TextField
						key={name}
						name={name}
						label={countWords[name]}
						inputMode="numeric"
						autoComplete="off"
						width={4}
						defaultValue={form[name]}
						error={errorOf(name)}
					/>
				))}
			<Choices
				kind="checkbox"
				name="simulated"
				legend="Was it a simulation?"
				hint={
					asked.simulation
						? 'A simulation counts here'
						: 'A simulation does not count as a round here, but it can show lines that nobody has seen'
				}
				options={[{ value: 'yes', label: 'Yes, it was practice without real medicines' }]}
				defaultValue={form.simulated}
			/>
			<Choices
				kind="checkbox"
				name="stoppedForSafety"
				legend="Did you have to stop the round?"
				options={[{ value: 'yes', label: 'Yes, I stopped it to keep somebody safe' }]}
				defaultValue={form.stoppedForSafety}
			/>
		</>
	);
}
