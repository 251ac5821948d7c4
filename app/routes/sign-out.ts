import { type ActionFunctionArgs, redirect } from '@remix-run/node';
import { endSession } from '../session.server.ts';

export function loader() {
	return redirect('/');
}

export async function action({ request }: ActionFunctionArgs) {
	return redirect('/sign-in', { headers: { 'set-cookie': await endSession(request) } });
}
