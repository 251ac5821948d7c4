import type { Standing } from '../domain/rules.ts';

export const standingWords: Record<Standing, string> = {
	'not-required': 'Not required',
	'not-started': 'Not started',
	'in-training': 'In training',
	'ready-to-observe': 'Ready to observe',
	'ready-for-sign-off': 'Ready for sign-off',
	supervised: 'Supervised only',
	competent: 'Competent',
	'due-soon': 'Due soon',
	expired: 'Expired',
	paused: 'Paused',
	withdrawn: 'Withdrawn',
};

const ring = 'M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16z';

const drawings: Record<Standing, { line: string; solid?: string }> = {
	'not-required': { line: 'M7 12h10' },
	'not-started': { line: ring },
	'in-training': { line: ring, solid: 'M12 4a8 8 0 0 1 0 16z' },
	'ready-to-observe': {
		line: 'M2 12C5 7.5 8.3 5.5 12 5.5S19 7.5 22 12C19 16.5 15.7 18.5 12 18.5S5 16.5 2 12z',
		solid: 'M12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6z',
	},
	'ready-for-sign-off': { line: 'M4 20.5h16M5 16l1-4L15.5 2.5l3 3L9 15z' },
	supervised: { line: 'M8.5 6a6 6 0 1 0 0 12a6 6 0 0 0 0-12zM15.5 6a6 6 0 1 0 0 12a6 6 0 0 0 0-12z' },
	competent: { line: 'M2 13l4.5 4.5L15 7M11 17l.5.5L22.5 6.5' },
	'due-soon': { line: `${ring}M12 7.5V12l3 2` },
	expired: { line: 'M6 3.5h12M6 20.5h12M7.5 3.5c0 5 9 12 9 17M16.5 3.5c0 5-9 12-9 17' },
	paused: { line: 'M9 5.5v13M15 5.5v13' },
	withdrawn: { line: 'M4.5 4.5h15v15h-15zM9 9l6 6M15 9l-6 6' },
};

/** For pages that build their table as a string. */
export const standingShape = Object.fromEntries(
	Object.entries(drawings).map(([standing, { line, solid }]) => [
		standing,
		`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${line}"/>${
			solid ? `<path class="solid" d="${solid}"/>` : ''
		}</svg>`,
	]),
) as Record<Standing, string>;

function Shape({ standing }: { standing: Standing }) {
	const { line, solid } = drawings[standing];
	return (
		<svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
			<path d={line} />
			{solid && <path className="solid" d={solid} />}
		</svg>
	);
}

/** `until` is a date already written out, such as "14 Mar 2027". */
export function StandingTag({ standing, until }: { standing: Standing; until?: string }) {
	return (
		<span className="standing">
			<span className={`tag standing-${standing}`}>
				<Shape standing={standing} />
				{standingWords[standing]}
			</span>
			{until && (
				<span className="until">
					{' '}
					{standing === 'expired' ? 'on' : 'to'} {until}
				</span>
			)}
		</span>
	);
}
