import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * What is not on the public internet, after the special-purpose registries of IANA: private, loopback, link-local with
 * the metadata services of clouds, shared, documentation, multicast and reserved addresses, and the ways to write an
 * IPv4 address inside an IPv6 one.
 */
const special = new BlockList();
for (const range of [
	'0.0.0.0/8',
	'10.0.0.0/8',
	'100.64.0.0/10',
	'127.0.0.0/8',
	// The metadata service of Azure, in the midst of public addresses.
	'168.63.129.16/32',
	'169.254.0.0/16',
	'172.16.0.0/12',
	'192.0.0.0/24',
	'192.0.2.0/24',
	'192.31.196.0/24',
	'192.52.193.0/24',
	'192.88.99.0/24',
	'192.168.0.0/16',
	'192.175.48.0/24',
	'198.18.0.0/15',
	'198.51.100.0/24',
	'203.0.113.0/24',
	'224.0.0.0/4',
	'240.0.0.0/4',
]) {
	const [network = '', bits] = range.split('/');
	special.addSubnet(network, Number(bits), 'ipv4');
}
for (const range of ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']) {
	const [network = '', bits] = range.split('/');
	special.addSubnet(network, Number(bits), 'ipv6');
}

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether something may be sent to an IP address. */
export function mayReach(address: string, allowLoopback: boolean): boolean {
	const version = isIP(address);
	if (!version || address.includes('%')) return false;
	const family = version === 4 ? 'ipv4' : 'ipv6';
	if (allowLoopback && loopback.check(address, family)) return true;
	return (family === 'ipv4' || globalUnicast.check(address, family)) && !special.check(address, family);
}

/** The IP address that a URL's host is, in the one way to write it; null where it is a name. */
export function addressIn(url: URL): string | null {
	const host = url.hostname.replace(/^\[|\]$/g, '');
	return isIP(host) ? host : null;
}

/** Thrown where a name leads into a private network. */
export class PrivateAddress extends Error {
	readonly code = 'EPRIVATE';
}

/**
 * Looks a name up for a connection and hands on only addresses that may be reached: the very ones that are then
 * connected to, so that a name cannot change its answer in between. One private address among them is refused whole.
 */
export function publicLookup(allowLoopback: boolean, resolve: typeof lookup = lookup): LookupFunction {
	return (hostname, options, callback) => {
		resolve(hostname, { ...options, all: true }, (error, found) => {
			const addresses = (found ?? []) as LookupAddress[];
			if (error) return callback(error, '', 0);
			const refused = addresses.find(({ address }) => !mayReach(address, allowLoopback));
			if (refused || !addresses.length)
				return callback(new PrivateAddress(`${hostname} leads to ${refused?.address ?? 'nothing'}`), '', 0);
			if (options.all) return callback(null, addresses);
			const [{ address, family } = { address: '', family: 0 }] = addresses;
			callback(null, address, family);
		});
	};
}

/** Why nothing can be sent to an address as it is written, or null. What its name leads to is seen when it is used. */
export function refuseUrl(
	text: string,
	allowLoopback: boolean,
): 'not-https' | 'with-password' | 'private-address' | null {
	const url = URL.canParse(text) ? new URL(text) : null;
	const address = url && addressIn(url);
	const local = allowLoopback && address !== null && loopback.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
	if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && local))) return 'not-https';
	if (url.username || url.password) return 'with-password';
	return address && !mayReach(address, allowLoopback) ? 'private-address' : null;
}
