import { useId } from 'react';

/** `label` names what is counted: "3 of 8 pages read". */
export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
	const id = useId();
	return (
		<div className="progress">
			<p id={id}>
				<strong>
					{done} of {of}
				</strong>{' '}
				{label}
			</p>
			<progress value={done} max={Math.max(of, 1)} aria-labelledby={id} />
		</div>
	);
}
