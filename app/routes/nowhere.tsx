import { notFound } from '../session.server.ts';

export function loader() {
	throw notFound();
}

export function action() {
	throw notFound();
}

/** Never drawn: with a component, Remix shows the error page instead of bare text. */
export default function Nowhere() {
	return null;
}
