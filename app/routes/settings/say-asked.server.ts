import { titles } from '../../catalogue.server.ts';
import type { LoggedDecision } from '../../domain/logged-decision.ts';
import type { PrivilegeCode } from '../../domain/privilege.ts';
import type { readNames } from '../reviewing/names.server.ts';

/** Who was asked about, what for and where, in words; what nobody knows stands as it was asked. */
export function sayAsked(
	{
		personId,
		subjectId,
		siteId,
		resourceId,
		action,
	}: Pick<LoggedDecision, 'personId' | 'subjectId' | 'siteId' | 'resourceId' | 'action'>,
	names: Awaited<ReturnType<typeof readNames>>,
) {
	return {
		who: personId ? names.person(personId) : `Somebody we do not know (“${subjectId ?? ''}”)`,
		what: titles().privilege(action as PrivilegeCode),
		where: siteId ? names.site(siteId) : `a place we do not know (“${resourceId}”)`,
	};
}
