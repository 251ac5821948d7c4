import { createHmac } from 'node:crypto';

/**
 * What one client knows a person by in a signed list: the same each time, and of no use to any other client. A client's
 * secret is HMAC-SHA256 of its id under the provider's stored key, a pairwise id the first 128 bits of HMAC-SHA256 of our
 * own id of the person under that. Nobody without the stored key can tell that two clients' ids are one person's.
 */
export function pairwiseIds(providerKey: Uint8Array, clientId: string): (personId: string) => string {
	const secret = createHmac('sha256', providerKey).update(`pairwise ids of ${clientId}`).digest();
	return (personId) =>
		`p_${createHmac('sha256', secret).update(personId).digest().subarray(0, 16).toString('base64url')}`;
}
