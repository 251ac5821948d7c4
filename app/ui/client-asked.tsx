/** What a client asked. The single questions are the decision log's to tell; here stands when it was last seen. */
export function ClientAsked({ lastSeen }: { lastSeen: string | null }) {
	return (
		<section>
			<h2>What it asked</h2>
			<p>
				{lastSeen
					? `It last signed in on ${lastSeen}. Each sign-in lets it ask for five minutes.`
					: 'It has not signed in yet.'}
			</p>
		</section>
	);
}
