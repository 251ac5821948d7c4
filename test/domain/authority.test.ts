import { expect, test } from 'vitest';
import {
	type Authority,
	authorities,
	homeSite,
	may,
	mayEverywhere,
	type Post,
	sitesWith,
} from '../../app/domain/authority.ts';
import { type Role, roles } from '../../app/domain/privilege.ts';
import { elmCourt, roseHouse } from './support.ts';

const table: Record<Authority, Record<Role, boolean>> = {
	learn: { carer: true, senior: true, nurse: true, 'medication-lead': true, manager: true, administrator: false },
	observe: { carer: false, senior: true, nurse: true, 'medication-lead': true, manager: true, administrator: false },
	'see-matrix': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': true,
		manager: true,
		administrator: true,
	},
	'see-evidence': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': true,
		manager: true,
		administrator: false,
	},
	'sign-off': {
		carer: false,
		senior: false,
		nurse: true,
		'medication-lead': true,
		manager: true,
		administrator: false,
	},
	pause: { carer: false, senior: false, nurse: false, 'medication-lead': true, manager: true, administrator: false },
	record: { carer: false, senior: false, nurse: false, 'medication-lead': true, manager: true, administrator: false },
	decide: { carer: false, senior: false, nurse: false, 'medication-lead': false, manager: true, administrator: false },
	'record-outside': {
		carer: false,
		senior: false,
		nurse: true,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	correct: { carer: false, senior: false, nurse: false, 'medication-lead': true, manager: true, administrator: false },
	withdraw: {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	'confirm-withdrawal': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': true,
		manager: true,
		administrator: false,
	},
	supervise: {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': true,
		manager: true,
		administrator: false,
	},
	delegate: {
		carer: false,
		senior: false,
		nurse: true,
		'medication-lead': false,
		manager: false,
		administrator: false,
	},
	override: {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	'see-decisions': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	'set-webhooks': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	'look-at-incidents': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	'set-policy': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	'keep-names': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	'manage-clients': {
		carer: false,
		senior: false,
		nurse: false,
		'medication-lead': false,
		manager: true,
		administrator: false,
	},
	verify: { carer: false, senior: false, nurse: false, 'medication-lead': false, manager: true, administrator: true },
};
const rows = Object.entries(table).flatMap(([authority, byRole]) =>
	Object.entries(byRole).map(
		([role, allowed]) => [role, allowed ? 'may' : 'may not', authority] as [Role, string, Authority],
	),
);

test('the table here has every authority and every role', () => {
	expect(Object.keys(table).sort()).toEqual(Object.keys(authorities).sort());
	for (const byRole of Object.values(table)) expect(Object.keys(byRole).sort()).toEqual([...roles].sort());
});

test.each(rows)('a %s %s: %s', (role, allowed, authority) => {
	const posts: Post[] = [{ role, siteId: roseHouse }];
	expect(may(posts, authority, roseHouse)).toBe(allowed === 'may');
	expect(may(posts, authority)).toBe(allowed === 'may');
	expect(may(posts, authority, elmCourt)).toBe(false);
	expect(may([{ role, siteId: null }], authority, elmCourt)).toBe(allowed === 'may');
});

test('nobody without a post may do anything', () => {
	for (const authority of Object.keys(authorities) as Authority[]) {
		expect(may([], authority)).toBe(false);
		expect(may([], authority, roseHouse)).toBe(false);
		expect(sitesWith([], authority)).toEqual([]);
	}
});

test('an authority holds where the post is, not where another post is', () => {
	const posts: Post[] = [
		{ role: 'manager', siteId: roseHouse },
		{ role: 'carer', siteId: elmCourt },
	];
	expect(may(posts, 'sign-off', roseHouse)).toBe(true);
	expect(may(posts, 'sign-off', elmCourt)).toBe(false);
	expect(may(posts, 'learn', elmCourt)).toBe(true);
	expect(sitesWith(posts, 'sign-off')).toEqual([roseHouse]);
	expect(sitesWith(posts, 'learn')).toEqual([roseHouse, elmCourt]);
});

test('one provider-wide post is enough for all sites', () => {
	const posts: Post[] = [
		{ role: 'carer', siteId: roseHouse },
		{ role: 'manager', siteId: null },
	];
	expect(sitesWith(posts, 'sign-off')).toBe('all');
	expect(sitesWith(posts, 'observe')).toBe('all');
	expect(sitesWith([{ role: 'administrator', siteId: null }], 'sign-off')).toEqual([]);
});

test('what holds for the whole provider asks for a post at each of its sites, or a provider-wide one', () => {
	const one: Post[] = [{ role: 'manager', siteId: roseHouse }];
	const both: Post[] = [...one, { role: 'manager', siteId: elmCourt }];
	const sites = [roseHouse, elmCourt];
	expect(mayEverywhere(one, 'set-policy', sites)).toBe(false);
	expect(mayEverywhere(one, 'set-policy', [roseHouse])).toBe(true);
	expect(mayEverywhere(both, 'set-policy', sites)).toBe(true);
	expect(mayEverywhere([{ role: 'manager', siteId: null }], 'set-policy', sites)).toBe(true);
	expect(mayEverywhere([...one, { role: 'carer', siteId: null }], 'set-policy', sites)).toBe(false);
	expect(mayEverywhere(one, 'set-policy', [])).toBe(false);
});

test('the home site is the first with one', () => {
	expect(
		homeSite([
			{ role: 'manager', siteId: null },
			{ role: 'carer', siteId: elmCourt },
		]),
	).toBe(elmCourt);
	expect(homeSite([{ role: 'manager', siteId: null }])).toBe('');
	expect(homeSite([])).toBe('');
});
