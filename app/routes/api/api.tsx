import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { config } from '../../config.server.ts';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { describeOperations, type FieldLine } from './describe.server.ts';

export const meta: MetaFunction = () => [{ title: 'For makers of other systems – Countersign' }];

/** How other systems ask the gate, for whoever builds one. Public: it says nothing of anybody. */
export async function loader({ request, context }: LoaderFunctionArgs) {
	const origin = config.origin ?? new URL(request.url).origin;
	return { origin, operations: describeOperations(context.api) };
}

export default function ApiPage() {
	const { origin, operations } = useLoaderData<typeof loader>();
	const question = JSON.stringify(
		{
			subject: { type: 'staff', id: 'ben.whitfield' },
			action: { name: 'administer-oral' },
			resource: { type: 'site', id: 'rose-house' },
		},
		null,
		1,
	);
	return (
		<>
			<Heading title="Ask who is competent" caption="For makers of other systems" />
			<p>
				Your system asks one question before it lets anybody act: may this person do this, here, now? The answer is read
				from the evidence each time. The interface is the{' '}
				<a href="https://openid.net/specs/authorization-api-1_0.html">AuthZEN Authorization API 1.0</a>.
			</p>
			<p>
				<a href="/openapi.json">The whole description for machines (OpenAPI 3.1)</a>
			</p>
			<h2>1. Get a token</h2>
			<p>
				A manager registers your system and gives you its client id, with a secret, or takes your public keys. A token
				is good for five minutes.
			</p>
			<pre className="note-text">{`curl ${origin}/oauth/token \\\n  -u CLIENT_ID:SECRET \\\n  -d grant_type=client_credentials`}</pre>
			<h2>2. Ask</h2>
			<pre className="note-text">{`curl ${origin}/access/v1/evaluation \\\n  -H 'Authorization: Bearer TOKEN' \\\n  -H 'Content-Type: application/json' \\\n  -d '${question}'`}</pre>
			<h2>3. Do as the answer says</h2>
			<ul>
				<li>
					<code>{'"decision": true'}</code> is the only yes. A no is 200 as well, with <code>reason_user</code> to show
					to the person and <code>next_step</code> for a senior.
				</li>
				<li>
					Any other status, no answer in time, or an answer you cannot read is <strong>no decision</strong>: treat it as
					no.
				</li>
				<li>
					You may keep a yes for <code>max_age</code> seconds and no longer. Never keep a no.
				</li>
				<li>
					For controlled drugs name the second person as <code>context.witness</code>; for somebody supervised as{' '}
					<code>context.supervisor</code>; for a delegated task the person supported as <code>context.person</code>, by
					a reference that is not a name.
				</li>
				<li>
					Keep <code>evaluation_id</code> with your own record: a manager can look the answer up by it.
				</li>
				<li>
					For a round without a network, fetch <code>/v1/status-tokens</code> before it begins. Have a way to break the
					glass for medicines that cannot wait, written down in your own record.
				</li>
			</ul>
			<h2>Limits</h2>
			<ul>
				<li>A body has at most 64 kB, is nested at most 32 deep, and names nothing twice in one object.</li>
				<li>
					Each client may ask so many questions a second as its manager allows. <code>RateLimit-Remaining</code> says
					how many are left; 429 says with <code>Retry-After</code> how long to wait. A batch counts as its questions, a
					search as everybody it looks at.
				</li>
			</ul>
			<h2>Everything you can ask</h2>
			{operations.map((each) => (
				<section key={each.id}>
					<h3 id={each.id}>
						<code>
							{each.method} {each.path}
						</code>
					</h3>
					<p>
						{each.summary}. {each.scope ? <>Needs the scope {<code>{each.scope}</code>}.</> : 'Needs no token.'}
					</p>
					{each.asked.length > 0 && <Fields summary="What you send" lines={each.asked} />}
					{each.answered.length > 0 && <Fields summary="What comes back" lines={each.answered} />}
					{each.refusals.length > 0 && (
						<Details summary="When it is refused">
							<DataTable
								caption={`${each.method} ${each.path}: other statuses`}
								head={['Status', 'What it means']}
								rows={each.refusals.map(({ status, what }) => [status, what])}
							/>
						</Details>
					)}
				</section>
			))}
			<h2>What you are told without asking</h2>
			<Inset>
				Give the manager an address of yours, and it is told whenever an answer may have changed, within seconds, signed
				by Standard Webhooks 1.0. The same is at <code>/v1/events</code>. It is a hint: ask again before you rely on it.
			</Inset>
		</>
	);
}

function Fields({ summary, lines }: { summary: string; lines: FieldLine[] }) {
	return (
		<Details summary={summary}>
			<DataTable
				caption={summary}
				head={['Name', 'What it is', 'Always there']}
				rows={lines.map((each) => [<code key={each.name}>{each.name}</code>, each.what, each.needed ? 'Yes' : 'No'])}
			/>
		</Details>
	);
}
