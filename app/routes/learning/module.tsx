import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { listReadings } from '#db/queries/learning.ts';
import { catalogue } from '../../catalogue.server.ts';
import { sayDay } from '../../domain/period.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';
import { LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, ReviewMark } from '../../ui/notice.tsx';
import { Progress } from '../../ui/progress.tsx';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.title ?? 'Module'} – Countersign` }];

export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'learn');
	const pinned = catalogue().modules.get(params.module ?? '');
	if (!pinned) throw notFound();
	const readings = await inProvider(visitor, (tx) =>
		listReadings(tx, { providerId: visitor.providerId, personId: visitor.personId }),
	);
	const { slug, title, code, summary, minutes, objectives, pages, glossary, provenance } = pinned.body;
	const pagesRead = readings.find((each) => each.module === slug && each.version === pinned.version)?.pagesRead ?? 0;
	return {
		slug,
		title,
		code,
		summary,
		minutes,
		objectives,
		glossary,
		pages: pages.map((page) => page.title),
		pagesRead,
		resumeAt: (pages[pagesRead] ?? pages[0])?.id ?? '',
		review: provenance.clinicalReview,
		version: provenance.version,
		owner: provenance.owner,
		reviewBy: sayDay(provenance.reviewBy),
		sources: provenance.sources,
	};
}

export default function Module() {
	const module = useLoaderData<typeof loader>();
	const finished = module.pagesRead >= module.pages.length;
	const label = finished ? 'Read it again' : module.pagesRead ? 'Carry on' : 'Start';
	return (
		<>
			<Heading
				title={module.title}
				caption={`Module ${module.code}, about ${module.minutes} minutes`}
				back={{ to: '/induction', label: 'My induction' }}
			/>
			<p className="lead">{module.summary}</p>
			<ReviewMark review={module.review} />
			<h2>When you have finished, you can</h2>
			<ul>
				{module.objectives.map((each) => (
					<li key={each}>{each}</li>
				))}
			</ul>
			<Progress done={module.pagesRead} of={module.pages.length} label="pages read" />
			<LinkButton to={`/modules/${module.slug}/${module.resumeAt}`}>{label}</LinkButton>
			<Details summary="What is on the pages">
				<ol>
					{module.pages.map((title) => (
						<li key={title}>{title}</li>
					))}
				</ol>
			</Details>
			<Details summary="Words you will meet">
				<dl>
					{module.glossary.map(({ term, meaning }) => (
						<div key={term}>
							<dt>
								<strong>{term}</strong>
							</dt>
							<dd>{meaning}</dd>
						</div>
					))}
				</dl>
			</Details>
			<Details summary="Who wrote this, and from what">
				<p>
					Version {module.version}. Owner: {module.owner}. To be looked at again by {module.reviewBy}.
				</p>
				<ul>
					{module.sources.map(({ title, url }) => (
						<li key={title}>{url ? <a href={url}>{title}</a> : title}</li>
					))}
				</ul>
			</Details>
		</>
	);
}
