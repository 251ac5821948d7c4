import type { LinksFunction, LoaderFunctionArgs } from '@remix-run/node';
import {
	isRouteErrorResponse,
	Links,
	Meta,
	Outlet,
	Scripts,
	ScrollRestoration,
	useMatches,
	useRouteError,
	useRouteLoaderData,
} from '@remix-run/react';
import { type ReactNode, useContext } from 'react';
import { catalogue } from './catalogue.server.ts';
import { reviewing } from './domain/assessing.ts';
import { may } from './domain/authority.ts';
import { requirementOf, roleWords } from './domain/privilege.ts';
import font from './ui/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2?url';
import { LinkButton } from './ui/form.tsx';
import { Heading, Page } from './ui/layout.tsx';
import { NonceContext } from './ui/nonce.ts';
import styles from './ui/styles.css?url';

export { shouldRevalidate } from './ui/keep-form.ts';

export const links: LinksFunction = () => [
	{ rel: 'preload', href: font, as: 'font', type: 'font/woff2', crossOrigin: 'anonymous' },
	{ rel: 'stylesheet', href: styles },
	{ rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' },
];

export async function loader({ context }: LoaderFunctionArgs) {
	const visitor = await context.visitor();
	if (!visitor) return { person: undefined, links: [], demonstration: false };
	const { posts } = visitor;
	const matrix = posts.find((post) => post.siteSlug && may([post], 'see-matrix'))?.siteSlug;
	const sites = [...new Set(posts.map((post) => post.siteName ?? visitor.providerName))];
	return {
		person: {
			name: visitor.name,
			role: [...new Set(posts.map((post) => roleWords[post.role]))].join(' and '),
			site: sites.length > 2 ? `${sites.length} sites` : sites.join(' and '),
		},
		links: [
			...(may(posts, 'learn') ? [{ to: '/induction', label: 'My induction' }] : []),
			...(may(posts, 'observe') ? [{ to: '/rounds', label: 'Observe' }] : []),
			...(may(posts, 'sign-off') ? [{ to: '/sign-offs', label: 'Sign-offs' }] : []),
			...(may(posts, 'delegate') && anyDelegated() ? [{ to: '/delegations', label: 'Delegations' }] : []),
			...(may(posts, 'see-matrix') ? [{ to: matrix ? `/sites/${matrix}/matrix` : '/matrix', label: 'Matrix' }] : []),
			...(reviewing.some((each) => may(posts, each)) ? [{ to: '/reviews', label: 'Reviews' }] : []),
			...(may(posts, 'verify') ? [{ to: '/ledger', label: 'Ledger' }] : []),
			...(may(posts, 'set-policy') || may(posts, 'see-evidence') ? [{ to: '/settings', label: 'Settings' }] : []),
		],
		demonstration: visitor.demonstration,
	};
}

function anyDelegated(): boolean {
	return [...catalogue().privileges.values()].some(({ body }) => requirementOf(body, 'delegation'));
}

/** A page that needs the width says so: `export const handle = { wide: true }`. */
function useWide(): boolean {
	return useMatches().some((match) => (match.handle as { wide?: boolean } | undefined)?.wide === true);
}

export function Layout({ children }: { children: ReactNode }) {
	const nonce = useContext(NonceContext);
	const data = useRouteLoaderData<typeof loader>('root');
	const wide = useWide();
	return (
		<html lang="en-GB">
			<head>
				<meta charSet="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<Meta />
				<Links />
			</head>
			<body>
				<Page wide={wide} links={data?.links ?? []} demonstration={data?.demonstration ?? false} person={data?.person}>
					{children}
				</Page>
				<ScrollRestoration nonce={nonce} />
				<Scripts nonce={nonce} />
			</body>
		</html>
	);
}

export default function App() {
	return <Outlet />;
}

export function ErrorBoundary() {
	const error = useRouteError();
	const { title, advice } = isRouteErrorResponse(error) ? explain(error.status) : explain(500);
	return (
		<>
			<title>{`${title} – Countersign`}</title>
			<Heading title={title} />
			<p>{advice}</p>
			<LinkButton to="/">Go to your first page</LinkButton>
		</>
	);
}

function explain(status: number): { title: string; advice: string } {
	if (status === 404)
		return { title: 'There is nothing here', advice: 'Check the address, or start again from your first page.' };
	if (status === 403)
		return { title: 'Your role does not open this page', advice: 'If you think it should, ask your manager.' };
	return {
		title: 'Something went wrong',
		advice: 'Nothing you saved is lost. Try again in a minute. If it goes on, tell your manager.',
	};
}
