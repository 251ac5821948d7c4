import { buildIfStale } from '../../bin/build.mjs';

/** Once, before the workers start a server each. */
export default function build(): void {
	buildIfStale(console.log);
}
