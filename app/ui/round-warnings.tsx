import { Notice } from './notice.tsx';

/** What both should know of a round before they sign it. */
export function RoundWarnings({ warnings }: { warnings: readonly string[] }) {
	if (!warnings.length) return null;
	return (
		<Notice tone="warning" title="Before you both sign">
			<ul>
				{warnings.map((words) => (
					<li key={words}>{words}</li>
				))}
			</ul>
		</Notice>
	);
}
