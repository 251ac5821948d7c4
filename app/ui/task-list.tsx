import { Link } from '@remix-run/react';
import { type ReactNode, useId } from 'react';
import { LinkButton } from './form.tsx';
import type { To } from './layout.tsx';
import { Tag, type Tone } from './tag.tsx';

export type Task = { title: string; hint?: ReactNode; to?: string; status: { label: string; tone: Tone } };

export function TaskList({ items }: { items: Task[] }) {
	return (
		<ul className="task-list">
			{items.map((item) => (
				<TaskItem key={`${items.indexOf(item)} ${item.title}`} {...item} />
			))}
		</ul>
	);
}

function TaskItem({ title, hint, to, status }: Task) {
	const id = useId();
	return (
		<li className="task">
			<div className="task-text">
				{to ? (
					<Link className="task-link" to={to} aria-describedby={hint ? `${id}hint ${id}status` : `${id}status`}>
						{title}
					</Link>
				) : (
					title
				)}
				{hint && (
					<div className="hint" id={`${id}hint`}>
						{hint}
					</div>
				)}
			</div>
			<div className="task-status" id={`${id}status`}>
				<Tag tone={status.tone}>{status.label}</Tag>
			</div>
		</li>
	);
}

/** At most one on a page, above everything but the heading. */
export function NextStep({ title, children, action }: { title: string; children: ReactNode; action: To }) {
	const id = useId();
	return (
		<section className="next-step" aria-labelledby={id}>
			<h2 id={id}>
				<span className="next-step-label">Your next step</span>
				<span className="visually-hidden">: </span>
				{title}
			</h2>
			{children}
			<LinkButton to={action.to}>{action.label}</LinkButton>
		</section>
	);
}
