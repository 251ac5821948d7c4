import type { Tx } from '#db/client.server.ts';
import { listEmployments } from '#db/queries/people.ts';
import { findCredentials } from '#db/queries/sign-in.ts';
import type { Post } from '../domain/authority.ts';
import { localDay } from '../domain/period.ts';
import { checkSignature } from './secrets.ts';

/** What a second person enters themselves. */
export interface GivenSecond {
	staffCode: string;
	/** Their own PIN or password. */
	secret: string;
	now: Date;
}

const nobody = '00000000-0000-4000-8000-000000000000';

/**
 * Who a second person is, by their staff code and PIN, and where they work today: somebody else than whoever asks them,
 * and than the person it is about. Before the chain is held: whoever signs a round takes the two locks in this order.
 */
export async function confirmBy(
	tx: Tx,
	{ providerId, personId }: { providerId: string; personId: string },
	about: string,
	{ staffCode, secret, now }: GivenSecond,
): Promise<
	| { ok: true; personId: string; posts: Post[] }
	| { ok: false; why: 'same-person' | 'learner-confirms' | 'wrong' | 'too-many' }
> {
	const second = await findCredentials(tx, { providerId, staffCode });
	if (second?.personId === personId) return { ok: false, why: 'same-person' };
	if (second?.personId === about) return { ok: false, why: 'learner-confirms' };
	const signed = await checkSignature(tx, { providerId, personId: second?.personId ?? nobody, secret, now });
	if (!signed.ok) return signed;
	return { ...signed, posts: await listPostsOn(tx, { providerId, personId: signed.personId }, localDay(now)) };
}

/** Where somebody works on a local day, and as what. */
export async function listPostsOn(tx: Tx, who: { providerId: string; personId: string }, day: string): Promise<Post[]> {
	const posts = await listEmployments(tx, who);
	return posts.filter((post) => post.startedOn <= day && (!post.lastDay || post.lastDay >= day));
}
