import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useLoaderData, useNavigation } from '@remix-run/react';
import { marked } from 'marked';
import { catalogue } from '../../catalogue.server.ts';
import { completeModule, saveReading } from '../../commands/learning.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';
import { Button, Choices, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice, ReviewMark } from '../../ui/notice.tsx';
import { Progress } from '../../ui/progress.tsx';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.title ?? 'Module'} – Countersign` }];

function findPage(params: LoaderFunctionArgs['params']) {
	const body = catalogue().modules.get(params.module ?? '')?.body;
	const place = body?.pages.findIndex((each) => each.id === params.page) ?? -1;
	const page = body?.pages[place];
	if (!body || !page) throw notFound();
	return { body, page, place };
}

export async function loader({ context, request, params }: LoaderFunctionArgs) {
	await requireAuthority(context, request, 'learn');
	const { body, page, place } = findPage(params);
	const chosen = page.check?.options[Number(new URL(request.url).searchParams.get('answer') ?? Number.NaN)];
	return {
		module: body.slug,
		moduleTitle: body.title,
		title: page.title,
		number: place + 1,
		of: body.pages.length,
		// Content is ours, reviewed in git; no learner's text is ever rendered as Markdown.
		html: marked.parse(page.text, { async: false }),
		check: page.check ? { ask: page.check.ask, options: page.check.options.map((option) => option.text) } : null,
		// Which option is right, and why, leaves the server only once an answer has been chosen.
		feedback: page.check && chosen ? { chosen, options: page.check.options } : null,
		previous: body.pages[place - 1]?.id ?? null,
		review: body.provenance.clinicalReview,
	};
}

/** "Continue" at the foot of a page: the page has been read. */
export async function action({ context, request, params }: ActionFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const { body, page, place } = findPage(params);
	const next = body.pages[place + 1];
	const finished = await inProvider(visitor, async (tx) => {
		await saveReading(tx, visitor, body, page.id);
		return !next && (await completeModule(tx, visitor, catalogue(), body.slug));
	});
	if (next) return redirect(`/modules/${body.slug}/${next.id}`);
	return redirect(finished ? '/induction' : `/modules/${body.slug}`);
}

export default function ModulePage() {
	const page = useLoaderData<typeof loader>();
	const busy = useNavigation().state !== 'idle';
	const last = page.number === page.of;
	return (
		<>
			<Heading
				title={page.title}
				caption={page.moduleTitle}
				back={{ to: `/modules/${page.module}`, label: 'Stop here for now' }}
			/>
			<Progress done={page.number} of={page.of} label="pages" />
			{/* biome-ignore lint/security/noDangerouslySetInnerHtml: Markdown from content/, which is reviewed in git */}
			<div className="reading" dangerouslySetInnerHTML={{ __html: page.html }} />
			{page.check && <CheckYourself key={page.title} check={page.check} feedback={page.feedback} />}
			<Form method="post" action="?" className="actions">
				<Button disabled={busy}>{last ? 'Finish this module' : 'Continue'}</Button>
				{page.previous && (
					<LinkButton kind="secondary" to={`/modules/${page.module}/${page.previous}`}>
						Previous page
					</LinkButton>
				)}
			</Form>
			<ReviewMark review={page.review} />
		</>
	);
}

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>;

function CheckYourself({ check, feedback }: { check: NonNullable<Loaded['check']>; feedback: Loaded['feedback'] }) {
	return (
		<section aria-labelledby="check">
			<h2 id="check">Check yourself</h2>
			<Form method="get" preventScrollReset>
				<Choices
					kind="radio"
					name="answer"
					legend={check.ask}
					hint="Nobody counts this. It is for you."
					options={check.options.map((label, place) => ({ value: String(place), label }))}
				/>
				<Button kind="secondary">Check my answer</Button>
			</Form>
			{feedback && (
				<Notice
					tone={feedback.chosen.right ? 'success' : 'plain'}
					title={feedback.chosen.right ? 'Yes, that is right' : 'Not quite'}
				>
					<p>
						<strong>You chose:</strong> {feedback.chosen.text}
					</p>
					<p>{feedback.chosen.why}</p>
					<p>The other answers:</p>
					<ul>
						{feedback.options
							.filter((option) => option.text !== feedback.chosen.text)
							.map((option) => (
								<li key={option.text}>
									<strong>
										{option.text}
										{option.right && ' (the best answer)'}
									</strong>
									{': '}
									{option.why}
								</li>
							))}
					</ul>
				</Notice>
			)}
		</section>
	);
}
