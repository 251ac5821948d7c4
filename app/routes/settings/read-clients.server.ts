import type { AppLoadContext } from '@remix-run/node';
import type { Tx } from '#db/client.server.ts';
import {
	findRegisteredClient,
	listClientChanges,
	listClients,
	listLiveSecrets,
	type RegisteredClient,
} from '#db/queries/clients.ts';
import { listPeopleByIds } from '#db/queries/people.ts';
import { mayManageClients } from '../../commands/registering-clients.ts';
import { config } from '../../config.server.ts';
import { type ClientChange, clientChangeWords, type Scope, scopeWords } from '../../domain/client.ts';
import { algorithmsOf } from '../../domain/client-keys.ts';
import { sayMoment } from '../../domain/period.ts';
import { inProvider, notFound, requireAuthority, type Visitor } from '../../session.server.ts';

/** What the pages of clients are given, for whoever manages clients somewhere. */
interface ClientsPage {
	visitor: Visitor;
	/** Whether they do so everywhere, and so may change something: a client asks about every site. */
	mayChange: boolean;
}

export async function withClients<T>(
	{ context, request }: { context: AppLoadContext; request: Request },
	work: (tx: Tx, page: ClientsPage) => Promise<T>,
): Promise<T> {
	const visitor = await requireAuthority(context, request, 'manage-clients');
	return inProvider(visitor, async (tx) => work(tx, { visitor, mayChange: await mayManageClients(tx, visitor) }));
}

/** The client that an address names. */
export async function withClient<T>(
	args: { context: AppLoadContext; request: Request; params: Record<string, string | undefined> },
	work: (tx: Tx, page: ClientsPage & { client: RegisteredClient }) => Promise<T>,
): Promise<T> {
	return withClients(args, async (tx, page) => {
		const asked = { providerId: page.visitor.providerId, clientId: args.params.client ?? '' };
		const client = await findRegisteredClient(tx, asked);
		if (!client) throw notFound();
		return work(tx, { ...page, client });
	});
}

/** The address that vendors call: where people reach us, unless it is set. */
export function originOf(request: Request): string {
	return config.origin ?? new URL(request.url).origin;
}

const sayScopes = (scopes: readonly string[]) => scopes.map((each) => scopeWords[each as Scope] ?? each);

/** Every client of the provider, as the list shows it. */
export async function readClients(tx: Tx, { visitor }: ClientsPage) {
	return (await listClients(tx, visitor)).map((client) => ({
		id: client.id,
		name: client.name,
		may: sayScopes(client.scopes),
		lastSeen: client.lastTokenAt && sayMoment(client.lastTokenAt),
		off: client.disabledAt && sayMoment(client.disabledAt),
	}));
}

/** One client with its secrets, keys and history. */
export async function readClient(tx: Tx, { visitor, client }: ClientsPage & { client: RegisteredClient }) {
	const asked = { providerId: visitor.providerId, clientId: client.id };
	const secrets = await listLiveSecrets(tx, asked);
	const changes = await listClientChanges(tx, asked);
	const personIds = [...changes.map((each) => each.changedBy), ...(client.disabledBy ? [client.disabledBy] : [])];
	const people = await listPeopleByIds(tx, { providerId: visitor.providerId, personIds });
	const nameOf = (id: string | null) => {
		const person = id ? people.get(id) : undefined;
		return person ? `${person.givenName} ${person.familyName}` : 'Countersign';
	};
	return {
		id: client.id,
		name: client.name,
		scopes: client.scopes,
		perSecond: client.perSecond,
		burst: client.burst,
		subjectIds: client.subjectIds,
		registered: sayMoment(client.createdAt),
		off: client.disabledAt && {
			when: sayMoment(client.disabledAt),
			by: nameOf(client.disabledBy),
			reason: client.disabledReason ?? '',
		},
		secrets: secrets.map(({ id, createdAt, lastUsedAt, endsAt }) => ({
			id,
			made: sayMoment(createdAt),
			used: lastUsedAt ? sayMoment(lastUsedAt) : 'Not yet',
			ends: endsAt ? sayMoment(endsAt) : 'When you end it',
		})),
		keys: (client.jwks?.keys ?? []).map((key) => ({ kid: key.kid ?? '', algorithms: algorithmsOf(key).join(', ') })),
		changes: changes.map(({ change, detail, changedBy, changedAt }) => ({
			what: clientChangeWords[change as ClientChange] ?? change,
			detail,
			by: nameOf(changedBy),
			when: sayMoment(changedAt),
		})),
	};
}
