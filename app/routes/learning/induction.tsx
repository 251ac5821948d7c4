import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset, Notice } from '../../ui/notice.tsx';
import { Progress as ProgressBar } from '../../ui/progress.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { NextStep, TaskList } from '../../ui/task-list.tsx';
import { readInduction } from './read-induction.server.ts';

export const meta: MetaFunction = () => [{ title: 'My induction – Countersign' }];

export async function loader(args: LoaderFunctionArgs) {
	return readInduction(args);
}

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>;
type Section = Loaded['under'][number];

export default function Induction() {
	const { givenName, asked, step, under, startable, later, done } = useLoaderData<typeof loader>();
	const nothing = !under.length && !startable.length && !later.length && !done.length;
	return (
		<>
			<Heading title="My induction" caption={`Hello ${givenName}`} />
			{asked.map((each) => (
				<AskedAgain key={each.key} asked={each} />
			))}
			{step?.action ? (
				<NextStep title={step.title} action={step.action}>
					<p>{step.text}</p>
				</NextStep>
			) : (
				step && (
					<Notice tone="next" title={step.title}>
						<p>{step.text}</p>
					</Notice>
				)
			)}
			{done.length > 0 && (
				<>
					<h2>What you may do</h2>
					{done.map((section) => (
						<section key={section.key} aria-labelledby={section.key}>
							<h3 id={section.key}>{nameOf(section)}</h3>
							<p>
								<StandingTag standing={section.standing} until={section.until ?? undefined} />
							</p>
							<p>{section.why}</p>
						</section>
					))}
				</>
			)}
			{nothing && <Inset>Nothing is asked of your role at the moment.</Inset>}
			{under.map((section) => (
				<section key={section.key} aria-labelledby={section.key}>
					<h2 id={section.key}>{nameOf(section)}</h2>
					<p>
						<StandingTag standing={section.standing} until={section.until ?? undefined} />
					</p>
					<Inset>
						<p>
							{section.standing !== 'supervised' && !section.delegated && <strong>You may not do this yet.</strong>}{' '}
							{section.why}
						</p>
					</Inset>
					{section.tasks.length > 0 && (
						<>
							<ProgressBar done={section.done} of={section.tasks.length} label="steps done" />
							<TaskList items={section.tasks} />
						</>
					)}
				</section>
			))}
			{startable.length > 0 && (
				<>
					<h2>You can also start</h2>
					{startable.map((section) => (
						<Details key={section.key} summary={nameOf(section)}>
							<TaskList items={section.tasks} />
						</Details>
					))}
				</>
			)}
			{later.length > 0 && (
				<>
					<h2>Later</h2>
					<ul>
						{later.map((section) => (
							<li key={section.key}>
								{nameOf(section)} <span className="hint">after: {section.after}</span>
							</li>
						))}
					</ul>
				</>
			)}
		</>
	);
}

function nameOf({ title, site }: Section): string {
	return site ? `${title} – ${site}` : title;
}

/** What is asked again: what is new, what to do, and by when. */
function AskedAgain({ asked }: { asked: Loaded['asked'][number] }) {
	return (
		<Notice tone={asked.tone} title={asked.title}>
			<p>{asked.says}</p>
			{asked.for.length > 0 && <p>It is about: {asked.for.join(', ')}.</p>}
			{asked.stops && (
				<p>
					{asked.by
						? `Please do this by the end of ${asked.by}. You may go on until then.`
						: asked.supervised
							? 'Until it is done, do this only together with a competent colleague.'
							: 'Do not do this until it is done.'}
				</p>
			)}
			{asked.watchers && (
				<p>
					{asked.watchers.length
						? `Ask one of these colleagues to watch you once: ${asked.watchers.join(', ')}.`
						: 'Ask your manager who can watch you.'}
				</p>
			)}
			{asked.action && <LinkButton to={asked.action.to}>{asked.action.label}</LinkButton>}
		</Notice>
	);
}
