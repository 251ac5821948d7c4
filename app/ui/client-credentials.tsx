import { Details, Notice } from './notice.tsx';

type Issued = { clientId: string; secret: string; origin: string };

/** A secret on the one page that ever shows it, and how to use it. */
export function NewSecret({ clientId, secret, origin }: Issued) {
	return (
		<Notice tone="success" title="The new secret, shown this once">
			<p>Copy both now and give them to the vendor by a safe way, never by e-mail. Nobody can show the secret again.</p>
			<h3>Client id</h3>
			<pre className="note-text">{clientId}</pre>
			<h3>Secret</h3>
			<pre className="note-text">{secret}</pre>
			<HowToAsk origin={origin} user={`${clientId}:${secret}`} />
		</Notice>
	);
}

/** How the vendor tries it out. */
function HowToAsk({ origin, user }: { origin: string; user: string }) {
	return (
		<Details summary="How the vendor uses it">
			<p>First it fetches a token, which lasts five minutes:</p>
			<pre className="note-text">{`curl -u '${user}' -d grant_type=client_credentials ${origin}/oauth/token`}</pre>
			<p>Then it asks, with the token in place of TOKEN:</p>
			<pre className="note-text">{question(origin)}</pre>
		</Details>
	);
}

const question = (origin: string) => `curl ${origin}/access/v1/evaluation \\
  -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
  -d '{"subject":{"type":"staff","id":"THEIR STAFF CODE"},"action":{"name":"administer-oral"},"resource":{"type":"site","id":"THE SITE"}}'`;

/** What a vendor with keys of its own must put into an assertion. */
export function HowToSign({ clientId, origin }: Pick<Issued, 'clientId' | 'origin'>) {
	return (
		<Details summary="How the vendor signs in with its keys">
			<p>
				It sends a signed assertion (<code>private_key_jwt</code>) to <code>{origin}/oauth/token</code>:
			</p>
			<ul>
				<li>
					<code>iss</code> and <code>sub</code> are <code>{clientId}</code>
				</li>
				<li>
					<code>aud</code> is <code>{origin}</code>, and nothing else
				</li>
				<li>
					<code>exp</code> is at most five minutes away, and each assertion has a new <code>jti</code>
				</li>
				<li>
					the header has the <code>kid</code> of one of its keys
				</li>
			</ul>
		</Details>
	);
}
