const paths = {
	tick: 'M4 12.5l5.5 5.5L20 6.5',
	cross: 'M6 6l12 12M18 6L6 18',
	dash: 'M5 12h14',
	empty: 'M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16zM5 19L19 5',
	ring: 'M12 5a7 7 0 1 0 0 14a7 7 0 0 0 0-14z',
	arrow: 'M4 12h15M13 6l6 6-6 6',
	back: 'M15 5l-7 7 7 7',
	forward: 'M9 5l7 7-7 7',
	clock: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2.5',
	alert: 'M12 3L22.5 20.5h-21zM12 9.5v5M12 17v.6',
	info: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.4v.6',
} as const;

export type IconName = keyof typeof paths;

/** Always beside a word, so it is hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
	return (
		<svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
			<path d={paths[name]} />
		</svg>
	);
}
