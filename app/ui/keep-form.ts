import type { ClientActionFunctionArgs, ShouldRevalidateFunctionArgs } from '@remix-run/react';

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
