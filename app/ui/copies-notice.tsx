import { Notice } from './notice.tsx';

/** Says to whoever stops somebody that a copy of the database, which other systems are answered from, does not answer. */
export function CopiesNotice({ absent, late }: { absent: readonly string[]; late: boolean }) {
	if (!absent.length && !late) return null;
	const names = absent.length ? `: ${absent.join(', ')}` : '';
	return (
		<Notice tone="warning" title={`A copy of the database that the gate reads does not answer${names}`}>
			<p>
				What you stop here is stopped all the same. Saving takes about five seconds: until then the copy might not know
				of it. After that, what reads this copy gives other systems no answer at all, and they must take that as No.
			</p>
			<p>
				Tell whoever looks after the server now. Until the copy is back, other systems may not be able to check anybody:
				go by the matrix.
			</p>
		</Notice>
	);
}
