import { type ClientActionFunctionArgs, type ShouldRevalidateFunctionArgs, useFetcher } from '@remix-run/react';
import { type FormEvent, useEffect, useRef } from 'react';

/**
 * A form whose submission never reaches the server stays as it is, with all that was typed, and says so. Without this
 * a lost network would replace the page by an error page.
 */
export async function clientAction({ serverAction }: ClientActionFunctionArgs) {
	try {
		return await serverAction<never>();
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		const message = 'There is no connection just now. Nothing is lost: stay on this page and try again';
		return { errors: [{ field: 'main', message }], at: Date.now(), unsent: true } as never;
	}
}

/** What could not be sent has changed nothing, and asking for the page again would not arrive either. */
export function shouldRevalidate({ actionResult, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
	return (actionResult as { unsent?: boolean } | undefined)?.unsent ? false : defaultShouldRevalidate;
}

/** Saves what is filled in, a moment after each change: a round may last longer than a sign-in, or than a battery. */
export function useKeeping() {
	const fetcher = useFetcher();
	const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
	useEffect(() => () => clearTimeout(timer.current), []);
	return {
		kept: fetcher.state === 'idle' && fetcher.data === null,
		keep(event: FormEvent<HTMLFormElement>) {
			const form = event.currentTarget;
			clearTimeout(timer.current);
			timer.current = setTimeout(() => {
				const filledIn = new FormData(form);
				filledIn.set('intent', 'keep');
				fetcher.submit(filledIn, { method: 'post' });
			}, 1500);
		},
	};
}
