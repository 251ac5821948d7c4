import { type LoaderFunctionArgs, redirect } from '@remix-run/node';
import { may } from '../domain/authority.ts';
import { requireVisitor } from '../session.server.ts';

/** Everybody starts on the page of their own main job. */
export async function loader({ context, request }: LoaderFunctionArgs) {
	const { posts } = await requireVisitor(context, request);
	if (may(posts, 'see-matrix')) return redirect('/matrix');
	return redirect(may(posts, 'observe') ? '/rounds' : '/induction');
}
