import { notFound } from '../session.server.ts';

export function loader() {
	throw notFound();
}

export function action() {
	throw notFound();
}
