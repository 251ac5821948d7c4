import { HttpError } from './http.ts';

/** How far apart clocks may be: a time so near to ours is now. */
const tolerance = 5 * 60_000;

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?::(\d{2})(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * The instant to come that a request is about, or undefined for now. AuthZEN's own examples send the caller's clock, and
 * old times, in `context.time`: whoever may not plan is answered for this moment whatever they send, unless it is a
 * time to come. Throws HttpError 403 for that, and 400 where somebody who may plan asks about the past or about no time.
 */
export function momentAsked(time: unknown, scopes: ReadonlySet<string>, now: Date): Date | undefined {
	if (time === undefined) return undefined;
	const at = typeof time === 'string' ? instantFrom(time) : undefined;
	const mayPlan = scopes.has('authzen.plan');
	if (!at) {
		if (mayPlan) throw new HttpError(400, 'context.time: not a time of RFC 3339');
		return undefined;
	}
	const ahead = at.getTime() - now.getTime();
	if (Math.abs(ahead) <= tolerance) return undefined;
	if (ahead > 0 && !mayPlan) throw lacksScope('authzen.plan');
	if (ahead < 0 && mayPlan) throw new HttpError(400, 'context.time: the gate answers for now and for times to come');
	return ahead > 0 ? at : undefined;
}

/** An instant of RFC 3339, with seconds or without; undefined for anything else. */
export function instantFrom(text: string): Date | undefined {
	const [, day, minute, second = '00', fraction = '', zone] = rfc3339.exec(text) ?? [];
	if (!day || !minute || !zone) return undefined;
	// JavaScript takes the 30th of February for the 2nd of March.
	if (new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) !== day) return undefined;
	const at = new Date(`${day}T${minute}:${second}${fraction.slice(0, 4)}${zone.toUpperCase()}`);
	return Number.isNaN(at.getTime()) ? undefined : at;
}

/** RFC 6750 section 3.1. */
export function lacksScope(scope: string): HttpError {
	return new HttpError(403, `the token lacks the scope ${scope}`, {
		'www-authenticate': `Bearer realm="countersign", error="insufficient_scope", scope="${scope}"`,
	});
}
