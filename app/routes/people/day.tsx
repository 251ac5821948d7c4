import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Form, useLoaderData } from '@remix-run/react';
import type { Proof } from '../../commands/on-the-day.ts';
import { sayMoment } from '../../domain/period.ts';
import { sayPolicy } from '../../domain/policy.ts';
import { reasonWords } from '../../domain/reason.ts';
import { Button, Choices, DateField, TextField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset, Notice } from '../../ui/notice.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readDay } from './read-day.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `${data?.name ?? ''} on the day – Countersign` },
];

/** Was this person competent for this, here, at that minute, and what did we know? */
export async function loader(args: LoaderFunctionArgs) {
	return readDay(args, async (_tx, page, answer) => ({
		name: `${page.person.givenName} ${page.person.familyName}`,
		title: page.pinned.body.title,
		site: page.site.name,
		address: page.address,
		today: answer.today,
		query: answer.query,
		moment: answer.moment,
		twice: answer.twice,
		permit: answer.decision.permit,
		standing: answer.decision.standing,
		why: reasonWords[answer.decision.code].nextStep,
		code: answer.decision.code,
		policy: sayPolicy(answer.decision.policyVersion),
		validUntil: answer.decision.validUntil ? sayMoment(answer.decision.validUntil) : null,
		knownThen: { permit: answer.knownThen.permit, standing: answer.knownThen.standing },
		differs:
			answer.knownThen.permit !== answer.decision.permit || answer.knownThen.standing !== answer.decision.standing,
		requirements: answer.requirements.map((each) => ({ ...each, proofs: each.proofs.map(said) })),
		others: answer.others.map(said),
	}));
}

function said(proof: Proof) {
	const marks = [proof.late && 'entered late', proof.enteredAfterwards && 'not known yet at that minute'];
	return {
		...proof,
		observedAt: sayMoment(proof.observedAt),
		recordedAt: [sayMoment(proof.recordedAt), ...marks.filter(Boolean)].join(', '),
		assessor: proof.assessor
			? `${proof.assessor.name}, ${proof.assessor.competent ? '✓ competent to assess it then' : '✕ not competent to assess it then'}`
			: '',
	};
}

export default function DayPage() {
	const day = useLoaderData<typeof loader>();
	const pdf = `${day.address}/day.pdf?${new URLSearchParams(day.query)}`;
	return (
		<>
			<Heading
				title={`${day.name} on the day`}
				caption={`${day.title}, ${day.site}`}
				back={{ to: day.address, label: 'Evidence' }}
			/>
			<Form method="get" key={JSON.stringify(day.query)}>
				<DateField name="on" label="Day" max={day.today} defaultValue={day.query.on} />
				<TextField name="time" label="Time" hint="Such as 02:00" width={4} defaultValue={day.query.time} />
				<Choices
					kind="radio"
					name="known"
					legend="By what was known"
					options={[
						{ value: 'now', label: 'Now: with everything that has been entered since' },
						{ value: 'then', label: 'Then: only what had been entered by that minute' },
					]}
					defaultValue={[day.query.known]}
				/>
				<div className="actions">
					<Button>Show</Button>
				</div>
			</Form>
			<Notice
				tone={day.permit ? 'success' : 'warning'}
				title={`${day.permit ? 'Yes' : 'No'}: on ${day.moment} ${day.name} ${day.permit ? 'was allowed to do this here' : 'was not allowed to do this here'}`}
			>
				<p>
					<StandingTag standing={day.standing} />
				</p>
				{!day.permit && <p>What was needed then: {day.why}</p>}
			</Notice>
			{day.twice && (
				<Inset>The clocks went back that night: this minute came twice, and the first of the two is shown.</Inset>
			)}
			{day.differs && (
				<Inset>
					By what was known at that minute the answer was different: {day.knownThen.permit ? 'Yes' : 'No'},{' '}
					<StandingTag standing={day.knownThen.standing} />. Something was entered afterwards; it is marked below.
				</Inset>
			)}
			<SummaryList
				rows={[
					{ key: 'Asked about', value: day.moment },
					{ key: 'By what was known', value: day.query.known === 'now' ? 'now' : 'at that minute' },
					{ key: 'Policy then in force', value: day.policy },
					...(day.validUntil ? [{ key: 'As it stood then, good until', value: day.validUntil }] : []),
				]}
			/>
			<h2>What it rests on</h2>
			<p>Each row is numbered as in the ledger.</p>
			{day.requirements.map((each) => (
				<section key={each.what}>
					<h3>
						{each.met ? '✓ ' : '✕ '}
						{each.what}
						<span className="visually-hidden">{each.met ? ' (met)' : ' (not met)'}</span>
					</h3>
					{each.proofs.length > 0 ? <Proofs caption={each.what} proofs={each.proofs} /> : <p>No evidence of this.</p>}
				</section>
			))}
			{day.others.length > 0 && (
				<Details summary="Employment, sign-offs, pauses and the rest">
					<Proofs caption="Other evidence" proofs={day.others} />
				</Details>
			)}
			<Form method="post" action={pdf} reloadDocument>
				<p className="hint">
					The PDF is for reading. Attached to it are the answer and the evidence, sealed with a signature, and a proof
					for each row. It holds this person’s name: give it only to those who may see it.
				</p>
				<Button kind="secondary">Download as a signed PDF</Button>
			</Form>
		</>
	);
}

function Proofs({ caption, proofs }: { caption: string; proofs: ReturnType<typeof said>[] }) {
	const watched = proofs.some((each) => each.assessor);
	return (
		<DataTable
			caption={caption}
			captionHidden
			head={['What', 'Happened', 'Recorded', 'By', ...(watched ? ['Assessor then'] : []), 'Version', 'Row']}
			rows={proofs.map((each) => [
				[each.what, each.detail].filter(Boolean).join(': '),
				each.observedAt,
				each.recordedAt,
				each.recordedBy ?? '',
				...(watched ? [each.assessor] : []),
				each.version ?? '',
				String(each.seq),
			])}
		/>
	);
}
