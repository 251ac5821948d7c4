import type { SiteKind } from '../../app/domain/privilege.ts';
import { believing, type FactSource } from '../replica.ts';
import { verifyingKeyIds } from './clients.ts';

/** One question as a client asks it, in the client's own words. */
export interface GateQuestion {
	clientId: string;
	/** The key that signed the client's token. */
	keyId?: string;
	/** The person asked about, as the client calls people. */
	subject: string;
	privilege: string;
	site: string;
	/** Whether the privilege asks for a witness where the site's policy does. */
	witnessed?: boolean;
	/** An instant to come. Without it, or once it is past: this moment. */
	at?: Date;
	/** The other system's reference for the person supported. Not asked of the database: standings are stored without one. */
	person?: string;
}

/** What the database knows about one question, at one instant of its own clock. */
export interface GateFacts {
	clientActive: boolean;
	/** Whether the key that signed the token is still good; without one it is not. */
	keyActive: boolean;
	personKnown: boolean;
	siteKnown: boolean;
	/** When the person worked for the provider at all; null where their standing answers already. */
	employed: 'now' | 'before' | 'never' | null;
	standing: string | null;
	permit: boolean | null;
	permitUntil: Date | null;
	code: string | null;
	evaluatedAt: Date;
	/**
	 * What the site's own policies say of witnesses, and of a supervisor who is the witness too: the newest, and those whose
	 * replacement still has a grace. Null where one says nothing; empty where it was not asked.
	 */
	witness: readonly (boolean | null)[];
	supervisorMayWitness: readonly (boolean | null)[];
	/** When the first of those graces ends. */
	twoPeopleUntil: Date | null;
	siteKind: SiteKind | null;
	/** Who and what the answer is about and rests on; null where it is not known. */
	providerId: string | null;
	personId: string | null;
	siteId: string | null;
	upToSeq: number | null;
	policyVersion: string | null;
}

/** Answers any number of questions with one statement, in their order. Never cached: what is committed is what is said. */
export async function readGateFacts(sql: FactSource, questions: readonly GateQuestion[]): Promise<GateFacts[]> {
	const column = (name: 'clientId' | 'keyId' | 'subject' | 'privilege' | 'site') =>
		questions.map((each) => each[name] ?? '');
	const times = questions.some((each) => each.at) ? questions.map((each) => each.at?.toISOString() ?? null) : [];
	const believe = believing(sql);
	// What is the same in all rows stands in the first alone: each value costs the driver something.
	const rows = await sql`
		select client_active, person_known, site_known, employed, standing, permit, permit_until, code,
			witness, supervisor_may_witness, two_people_until, site_kind,
			provider_id, person_id, site_id, up_to_seq, policy_version, key_active,
			case when place = 1 then evaluated_at end as evaluated_at, case when place = 1 then pg_backend_pid() end as backend
		from gate_answers(
			${column('clientId')}::text[], ${column('subject')}::text[], ${column('privilege')}::text[], ${column('site')}::text[],
			${questions.map((each) => String(each.witnessed ?? false))}::text[]::boolean[], ${times}::text[]::timestamptz[]
		)
		cross join lateral (select (${column('keyId')}::text[])[place::int] = any(${verifyingKeyIds(sql)})) as keys (key_active)
		order by place`;
	const [first] = rows;
	believe(first?.backend);
	return rows.map((row) => ({
		clientActive: row.client_active,
		keyActive: row.key_active,
		personKnown: row.person_known,
		siteKnown: row.site_known,
		employed: row.employed,
		standing: row.standing,
		permit: row.permit,
		permitUntil: row.permit_until,
		code: row.code,
		evaluatedAt: first?.evaluated_at,
		witness: row.witness ?? [],
		supervisorMayWitness: row.supervisor_may_witness ?? [],
		twoPeopleUntil: row.two_people_until,
		siteKind: row.site_kind,
		providerId: row.provider_id,
		personId: row.person_id,
		siteId: row.site_id,
		upToSeq: row.up_to_seq === null ? null : Number(row.up_to_seq),
		policyVersion: row.policy_version,
	}));
}

/** Whom or where a search has to ask about, and whether the client may ask at all. */
export interface Candidates {
	clientActive: boolean;
	ids: string[];
}

/** Everybody at a site who may hold a privilege, alone or together with somebody, as the client calls them. */
export async function readGatePeople(
	sql: FactSource,
	{ clientId, privilege, site }: { clientId: string; privilege: string; site: string },
): Promise<Candidates> {
	return candidatesOf(
		sql,
		sql`select pg_backend_pid() as backend, * from gate_people(${clientId}, ${privilege}, ${site})`,
	);
}

/** Every site where somebody may hold a privilege, alone or together with somebody. */
export async function readGatePlaces(
	sql: FactSource,
	{ clientId, subject, privilege }: { clientId: string; subject: string; privilege: string },
): Promise<Candidates> {
	return candidatesOf(
		sql,
		sql`select pg_backend_pid() as backend, * from gate_places(${clientId}, ${subject}, ${privilege})`,
	);
}

async function candidatesOf(
	sql: FactSource,
	asked: PromiseLike<readonly Record<string, unknown>[]>,
): Promise<Candidates> {
	const believe = believing(sql);
	const [row] = await asked;
	believe(row?.backend);
	return { clientActive: row?.client_active === true, ids: (row?.ids ?? []) as string[] };
}
