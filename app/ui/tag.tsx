import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'done' | 'next' | 'todo' | 'waiting' | 'problem';

const shapes: Record<Tone, IconName> = {
	done: 'tick',
	next: 'arrow',
	todo: 'ring',
	waiting: 'clock',
	problem: 'alert',
};

export function Tag({ tone, children }: { tone: Tone; children: ReactNode }) {
	return (
		<span className={`tag tag-${tone}`}>
			<Icon name={shapes[tone]} />
			{children}
		</span>
	);
}
