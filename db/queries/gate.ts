import type { Sql } from '../client.server.ts';

/** One question as a client asks it, in the client's own words. */
export interface GateQuestion {
	clientId: string;
	staffCode: string;
	privilege: string;
	site: string;
	/** Whether the privilege asks for a witness where the site's policy does. */
	witnessed?: boolean;
}

/** What the database knows about one question, at one instant of its own clock. */
export interface GateFacts {
	clientActive: boolean;
	personKnown: boolean;
	siteKnown: boolean;
	/** When the person worked for the provider at all; null where their standing answers already. */
	employed: 'now' | 'before' | 'never' | null;
	standing: string | null;
	permit: boolean | null;
	permitUntil: Date | null;
	code: string | null;
	evaluatedAt: Date;
	/** What the provider's or the site's own policy says of witnesses; null where it says nothing or was not asked. */
	witness: boolean | null;
}

/** Answers any number of questions with one statement, in their order. Never cached: what is committed is what is said. */
export async function readGateFacts(sql: Sql, questions: readonly GateQuestion[]): Promise<GateFacts[]> {
	const column = (name: Exclude<keyof GateQuestion, 'witnessed'>) => questions.map((each) => each[name]);
	const rows = await sql`
		select client_active, person_known, site_known, employed, standing, permit, permit_until, code, evaluated_at, witness
		from gate_answers(
			${column('clientId')}::text[], ${column('staffCode')}::text[], ${column('privilege')}::text[], ${column('site')}::text[],
			${questions.map((each) => String(each.witnessed ?? false))}::text[]::boolean[]
		) order by place`;
	return rows.map((row) => ({
		clientActive: row.client_active,
		personKnown: row.person_known,
		siteKnown: row.site_known,
		employed: row.employed,
		standing: row.standing,
		permit: row.permit,
		permitUntil: row.permit_until,
		code: row.code,
		evaluatedAt: row.evaluated_at,
		witness: row.witness,
	}));
}
