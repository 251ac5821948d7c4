import { PassThrough } from 'node:stream';
import {
	type AppLoadContext,
	createReadableStreamFromReadable,
	type EntryContext,
	type LoaderFunctionArgs,
} from '@remix-run/node';
import { isRouteErrorResponse, RemixServer } from '@remix-run/react';
import { renderToPipeableStream } from 'react-dom/server';
import { log, sayPath } from './log.server.ts';
import { NonceContext } from './ui/nonce.ts';

const longestRender = 5000;

export default function handleRequest(
	request: Request,
	status: number,
	headers: Headers,
	remixContext: EntryContext,
	{ nonce, requestId }: AppLoadContext,
): Promise<Response> {
	return new Promise((resolve, reject) => {
		let code = status;
		const { pipe, abort } = renderToPipeableStream(
			<NonceContext.Provider value={nonce}>
				<RemixServer context={remixContext} url={request.url} abortDelay={longestRender} nonce={nonce} />
			</NonceContext.Provider>,
			{
				nonce,
				onAllReady() {
					const body = new PassThrough();
					headers.set('content-type', 'text/html; charset=utf-8');
					resolve(new Response(createReadableStreamFromReadable(body), { headers, status: code }));
					pipe(body);
				},
				onShellError: reject,
				onError(error) {
					code = 500;
					log.error({ err: error, requestId }, 'a page could not be rendered');
				},
			},
		);
		setTimeout(abort, longestRender + 1000).unref();
	});
}

export function handleError(error: unknown, { request, context }: LoaderFunctionArgs): void {
	if (request.signal.aborted || isRouteErrorResponse(error)) return;
	log.error(
		{ err: error, requestId: context.requestId, path: sayPath(new URL(request.url).pathname) },
		'a page failed',
	);
}
