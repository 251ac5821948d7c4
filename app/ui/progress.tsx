import { Link } from '@remix-run/react';
import { useId } from 'react';
import { Icon } from './icon.tsx';
import type { To } from './layout.tsx';

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

export function Pager({ previous, next }: { previous?: To; next?: To }) {
	if (!previous && !next) return null;
	return (
		<nav className="pager" aria-label="Pages">
			{previous && (
				<Link className="pager-link" to={previous.to} rel="prev">
					<Icon name="back" />
					<span>
						<span className="pager-word">Previous</span>
						<span className="visually-hidden">: </span>
						<span className="pager-label">{previous.label}</span>
					</span>
				</Link>
			)}
			{next && (
				<Link className="pager-link pager-next" to={next.to} rel="next">
					<span>
						<span className="pager-word">Next</span>
						<span className="visually-hidden">: </span>
						<span className="pager-label">{next.label}</span>
					</span>
					<Icon name="forward" />
				</Link>
			)}
		</nav>
	);
}
