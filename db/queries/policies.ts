import { sql } from 'drizzle-orm';
import type { PolicyOverride } from '../../app/domain/policy.ts';
import type { Tx } from '../client.server.ts';
import { policies } from '../schema.ts';

/** Every policy a provider and its sites have ever set, oldest first. */
export async function listPolicyOverrides(tx: Tx, { providerId }: { providerId: string }): Promise<PolicyOverride[]> {
	const rows = await tx
		.select({ version: policies.version, siteId: policies.siteId, body: policies.body })
		.from(policies)
		.where(sql`${policies.providerId} = ${providerId}`)
		.orderBy(policies.version);
	return rows as PolicyOverride[];
}
