import type { lookup } from 'node:dns';
import { expect, test } from 'vitest';
import { mayReach, publicLookup, refuseUrl } from '#app/commands/public-address.ts';

test.each([
	'127.0.0.1',
	'127.255.255.254',
	'0.0.0.0',
	'10.0.0.1',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.1.1',
	'100.64.0.1',
	'100.100.100.200',
	'169.254.169.254',
	'168.63.129.16',
	'192.0.0.192',
	'198.18.0.1',
	'203.0.113.7',
	'224.0.0.1',
	'255.255.255.255',
	'::',
	'::1',
	'::ffff:127.0.0.1',
	'::ffff:7f00:1',
	'::ffff:8.8.8.8',
	'::127.0.0.1',
	'64:ff9b::7f00:1',
	'2002:7f00:1::',
	'2001::1',
	'2001:db8::1',
	'fc00::1',
	'fd00:ec2::254',
	'fe80::1',
	'fe80::1%eth0',
	'fec0::1',
	'ff02::1',
	'localhost',
	'',
])('%s is not reached', (address) => {
	expect(mayReach(address, false)).toBe(false);
});

test.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '192.167.255.255', '169.253.1.1', '2606:4700::1111', '2a00::1'])(
	'%s is public',
	(address) => {
		expect(mayReach(address, false)).toBe(true);
	},
);

test('the setting for tests opens this machine and nothing beside it', () => {
	for (const address of ['127.0.0.1', '::1', '8.8.8.8']) expect(mayReach(address, true)).toBe(true);
	for (const address of ['10.0.0.1', '169.254.169.254', '0.0.0.0', 'fe80::1', 'fd00::1', '::'])
		expect(mayReach(address, true), address).toBe(false);
});

test.each([
	['http://emar.example/', 'not-https'],
	['ftp://emar.example/', 'not-https'],
	['nonsense', 'not-https'],
	['https://name:word@emar.example/', 'with-password'],
	['https://127.0.0.1/', 'private-address'],
	['https://2130706433/', 'private-address'],
	['https://0x7f.1/', 'private-address'],
	['https://017700000001/', 'private-address'],
	['https://127.1/', 'private-address'],
	['https://[::1]/', 'private-address'],
	['https://[::ffff:127.0.0.1]/', 'private-address'],
	['https://0/', 'private-address'],
	['https://169.254.169.254/latest/meta-data', 'private-address'],
	['http://127.0.0.1/', 'not-https'],
	['https://emar.example/webhooks', null],
])('as it is written, %s: %s', (url, refusal) => {
	expect(refuseUrl(url, false)).toBe(refusal);
});

test('http is for this machine only, by its number', () => {
	expect(refuseUrl('http://127.0.0.1:4000/', true)).toBeNull();
	expect(refuseUrl('http://localhost:4000/', true)).toBe('not-https');
	expect(refuseUrl('http://10.0.0.1/', true)).toBe('not-https');
	expect(refuseUrl('https://10.0.0.1/', true)).toBe('private-address');
});

/** What a connection gets for a name that leads to some addresses. */
function lookUp(addresses: string[], allowLoopback = false): Promise<unknown> {
	const resolve = ((_name: string, _options: object, callback: (error: null, found: object[]) => void) =>
		callback(
			null,
			addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
		)) as unknown as typeof lookup;
	return new Promise((settle) =>
		publicLookup(allowLoopback, resolve)('name.example', { all: true }, (error, found) => settle(error ?? found)),
	);
}

test('a name that leads to a private address, or to one among others, is refused', async () => {
	for (const addresses of [['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['2606:4700::1111', '::1'], ['169.254.169.254'], []])
		expect(await lookUp(addresses)).toMatchObject({ code: 'EPRIVATE' });
});

test('a connection gets the very addresses that were looked at', async () => {
	expect(await lookUp(['8.8.8.8'])).toEqual([{ address: '8.8.8.8', family: 4 }]);
	expect(await lookUp(['127.0.0.1'], true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
});
