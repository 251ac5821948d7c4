/** Bytes as base64url without padding (RFC 4648 section 5), with what browsers and Node both have. */
export function toBase64url(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes of base64url. Throws where it is anything else, such as what has bits to spare. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
	if (!/^[\w-]*$/.test(text)) throw new Error('not base64url');
	const bytes = fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
	// One value has one spelling, so that what was signed cannot be written otherwise.
	if (toBase64url(bytes) !== text) throw new Error('not base64url');
	return bytes;
}

/** The bytes of base64. Throws where it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
	const binary = atob(text);
	const bytes = new Uint8Array(binary.length);
	for (let place = 0; place < binary.length; place += 1) bytes[place] = binary.charCodeAt(place);
	return bytes;
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> =>
	new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
