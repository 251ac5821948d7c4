import { Details } from './notice.tsx';
import { SummaryList } from './summary-list.tsx';
import { DataTable } from './table.tsx';

export interface AskedOf {
	/** A moment in words; null: it has never signed in. */
	lastSeen: string | null;
	/** Null: nothing in the days shown. */
	lately: { asked: string; permitted: string; refused: string; last: string } | null;
	/** A search a line. */
	searches: { when: string; what: string; found: number }[];
	/** Whether there were more than are shown. */
	more: boolean;
	days: number;
}

/** What a client asked lately, and what it looked for: nobody is named here. */
export function ClientAsked({ lastSeen, lately, searches, more, days }: AskedOf) {
	const signIn = lastSeen ? `It last signed in on ${lastSeen}.` : 'It has not signed in yet.';
	return (
		<section>
			<h2>What it asked in the last {days} days</h2>
			{lately ? (
				<SummaryList
					rows={[
						{ key: 'Questions', value: lately.asked },
						{ key: 'Answered yes', value: lately.permitted },
						{ key: 'Answered no', value: lately.refused },
						{ key: 'Last question', value: lately.last },
						{ key: 'Last sign-in', value: lastSeen ?? 'Not yet' },
					]}
				/>
			) : (
				<p>No questions. {signIn}</p>
			)}
			{searches.length > 0 && (
				<Details summary={more ? `Its last ${searches.length} searches` : `Its searches (${searches.length})`}>
					<DataTable
						caption="Newest first"
						head={['When', 'What it looked for', 'Found']}
						rows={searches.map((each) => [each.when, each.what, each.found])}
					/>
				</Details>
			)}
		</section>
	);
}
