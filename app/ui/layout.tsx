import { Form, Link, NavLink } from '@remix-run/react';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

export type To = { to: string; label: string };
export type PersonHere = { name: string; role: string; site?: string };

type PageProps = {
	person?: PersonHere;
	links?: To[];
	demonstration?: boolean;
	/** For the matrix and other broad tables. */
	wide?: boolean;
	children: ReactNode;
};

export function Page({ person, links = [], demonstration, wide, children }: PageProps) {
	return (
		<div className={wide ? 'page page-wide' : 'page'}>
			<a className="skip-link" href="#main">
				Skip to main content
			</a>
			<header className="masthead">
				<div className="masthead-row">
					<Link className="wordmark" to="/">
						<Mark />
						Countersign
					</Link>
					{person && <Who {...person} />}
				</div>
				{links.length > 0 && (
					<nav className="main-nav" aria-label="Main">
						<ul>
							{links.map(({ to, label }) => (
								<li key={to}>
									<NavLink to={to} end={to === '/'}>
										{label}
									</NavLink>
								</li>
							))}
						</ul>
					</nav>
				)}
			</header>
			<main id="main" tabIndex={-1}>
				{children}
			</main>
			<footer className="foot">
				<p>Countersign shows who is competent to give medicines, and the evidence for it.</p>
				{demonstration && <p>Fictional people, for demonstration</p>}
			</footer>
		</div>
	);
}

function Who({ name, role, site }: PersonHere) {
	return (
		<div className="who">
			<p>
				<strong>{name}</strong>, {role}
				{site && `, ${site}`}
			</p>
			<Form method="post" action="/sign-out">
				<button className="quiet-button" type="submit">
					Sign out
				</button>
			</Form>
		</div>
	);
}

/** Two ticks on one form: two people sign. */
function Mark() {
	return (
		<svg className="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
			<path d="M2.5 8.5L8 13 21.5 2M2.5 17L8 21.5 21.5 10.5" />
		</svg>
	);
}

export function Heading({ title, caption, back }: { title: string; caption?: string; back?: To }) {
	return (
		<div className="heading">
			{back && (
				<Link className="back-link" to={back.to}>
					<Icon name="back" />
					{back.label}
				</Link>
			)}
			{caption && <p className="caption">{caption}</p>}
			<h1>{title}</h1>
		</div>
	);
}
