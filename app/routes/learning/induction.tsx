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
			{nothing && <Inset>Nothing is asked of your role at the moment.</Inset>}
			{under.map((section) => (
				<section key={section.key} aria-labelledby={section.key}>
					<h2 id={section.key}>{nameOf(section)}</h2>
					<p>
						<StandingTag standing={section.standing} until={section.until ?? undefined} />
					</p>
					<Inset>
						<p>
							<strong>You may not do this on your own yet.</strong> {section.why}
						</p>
					</Inset>
					<ProgressBar done={section.done} of={section.tasks.length} label="steps done" />
					<TaskList items={section.tasks} />
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
		</>
	);
}

function nameOf({ title, site }: Section): string {
	return site ? `${title} – ${site}` : title;
}

/** What is asked of somebody who has been signed off: what is new, what to do, and by when. */
function AskedAgain({ asked }: { asked: Loaded['asked'][number] }) {
	return (
		<Notice tone={asked.overdue ? 'warning' : 'next'} title={`${asked.isNew ? 'New' : 'Asked again'}: ${asked.title}`}>
			<p>{asked.says}</p>
			<p>
				{asked.overdue
					? 'You may not do this on your own until it is done.'
					: `Please do this by the end of ${asked.dueBy}. You may go on until then.`}
			</p>
			{asked.watchers && (
				<p>
					Somebody has to watch you once.{' '}
					{asked.watchers.length
						? `Ask one of these colleagues: ${asked.watchers.join(', ')}.`
						: 'Ask your manager who can watch you.'}
				</p>
			)}
			{asked.action && <LinkButton to={asked.action.to}>{asked.action.label}</LinkButton>}
		</Notice>
	);
}
