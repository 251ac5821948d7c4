import type { ReactNode } from 'react';
import { LinkButton } from './form.tsx';
import { Icon, type IconName } from './icon.tsx';

type NoticeTone = 'plain' | 'next' | 'warning' | 'success';

const icons: Record<NoticeTone, IconName> = { plain: 'info', next: 'arrow', warning: 'alert', success: 'tick' };
const spoken: Record<NoticeTone, string> = { plain: '', next: '', warning: 'Important: ', success: 'Success: ' };

export function Notice({ tone, title, children }: { tone: NoticeTone; title: string; children?: ReactNode }) {
	return (
		<div className={`notice notice-${tone}`} role={tone === 'success' ? 'alert' : undefined}>
			<h2 className="notice-title">
				<Icon name={icons[tone]} />
				<span>
					{spoken[tone] && <span className="visually-hidden">{spoken[tone]}</span>}
					{title}
				</span>
			</h2>
			{children && <div className="notice-body">{children}</div>}
		</div>
	);
}

/** Why something cannot be done about a cell, and the way back to what is known. */
export function Refusal({ title, why, evidence }: { title: string; why: string; evidence: string }) {
	return (
		<>
			<Notice tone="warning" title={title}>
				<p>{why}</p>
			</Notice>
			<LinkButton kind="secondary" to={evidence}>
				See the evidence
			</LinkButton>
		</>
	);
}

export function Inset({ children }: { children: ReactNode }) {
	return <div className="inset">{children}</div>;
}

export function Details({ summary, open, children }: { summary: string; open?: boolean; children: ReactNode }) {
	return (
		<details className="details" open={open}>
			<summary>{summary}</summary>
			<div className="details-body">{children}</div>
		</details>
	);
}

export type Review = 'awaiting' | { by: string; on: string };

/** `on` is a day written as 2027-03-14. */
export function ReviewMark({ review }: { review: Review }) {
	if (review === 'awaiting') {
		return (
			<p className="review-mark">
				<Icon name="clock" />
				<span>Awaiting clinical review: no pharmacist or nurse has checked this yet.</span>
			</p>
		);
	}
	return (
		<p className="review-mark">
			<Icon name="tick" />
			<span>
				Checked by {review.by} on <time dateTime={review.on}>{longDay.format(new Date(review.on))}</time>.
			</span>
		</p>
	);
}

// The long month, since Node and browsers differ on "Sep" and "Sept" and the page would not hydrate.
const longDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
