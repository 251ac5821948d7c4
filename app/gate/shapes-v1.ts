import { z } from 'zod';
import { competencyEventTypes } from '../domain/event.ts';
import { privilegeCodes } from '../domain/privilege.ts';

/** What goes in and out beside the access endpoints: tokens, events, lists for a round without a network, incidents. */
const instant = z.iso.datetime();

export const tokenRequest = z.object({
	grant_type: z.literal('client_credentials'),
	/** Scopes with spaces between; without them, all that the client has. */
	scope: z.string().optional(),
	/** With private_key_jwt (RFC 7523); otherwise the secret goes in the header Authorization: Basic. */
	client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer').optional(),
	client_assertion: z.string().optional(),
});
export const tokenAnswer = z.strictObject({
	access_token: z.string(),
	token_type: z.literal('Bearer'),
	/** Seconds. */
	expires_in: z.int(),
	scope: z.string(),
});
/** RFC 6749, section 5.2. */
export const oauthError = z.strictObject({ error: z.string(), error_description: z.string() });

export const serverMetadata = z.looseObject({ issuer: z.url(), token_endpoint: z.url(), jwks_uri: z.url() });
export const keySet = z.strictObject({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) });

/** What a webhook says, and the feed beside its id: whose answer may have changed, never what it is now. */
export const eventMessage = z.strictObject({
	type: z.enum(competencyEventTypes),
	timestamp: instant,
	data: z.strictObject({
		subject: z.strictObject({ type: z.literal('staff'), id: z.string() }),
		action: z.strictObject({ name: z.enum(privilegeCodes) }),
		resource: z.strictObject({ type: z.literal('site'), id: z.string() }),
		/** Of this person: what comes late has a lower one than what you know. */
		status_version: z.int(),
		evaluation_url: z.url(),
	}),
});
export const eventsAnswer = z.strictObject({
	events: z.array(eventMessage.extend({ id: z.uuid() })),
	/** To be sent as `after` the next time. */
	next: z.uuid().optional(),
});

export const statusTokenAnswer = z.strictObject({
	site: z.string(),
	/** A signed JWS of the type competency-status+jwt. */
	token: z.string(),
	expires_at: instant,
	/** With it and `subjects` the token's own digest is made. */
	salt: z.string(),
	/** What you call people, and the id that the token has for each. */
	subjects: z.record(z.string(), z.string()),
});

export const publishedPrivilege = z.strictObject({
	/** Names it for ever. */
	id: z.url(),
	code: z.enum(privilegeCodes),
	version: z.int(),
	title: z.string(),
	permits: z.string(),
	for: z.array(z.string()),
	/** ISO 8601. */
	validity: z.string(),
	/** What the second person has to hold, where there has to be one. */
	witness: z.enum(privilegeCodes).optional(),
	requirements: z.array(z.string()),
	clinical_review: z.enum(['awaiting', 'done']),
});
export const privilegesAnswer = z.strictObject({ privileges: z.array(publishedPrivilege) });

export const incidentKept = z.strictObject({ id: z.uuid(), received_at: instant });
