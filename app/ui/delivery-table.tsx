import { Form } from '@remix-run/react';
import { Button } from './form.tsx';
import { Details, Inset } from './notice.tsx';
import { DataTable } from './table.tsx';
import { Tag, type Tone } from './tag.tsx';

export interface DeliveryRow {
	id: string;
	what: string;
	test: boolean;
	when: string;
	state: { tone: Tone; tag: string; says: string };
	tries: string[];
	response: string | null;
	/** Whether it is sent again by itself, can be, or cannot while the endpoint is off. */
	again: 'by-itself' | 'button' | 'off';
}

/** What was sent to an endpoint, the newest first. */
export function DeliveryTable({ deliveries, most, busy }: { deliveries: DeliveryRow[]; most: number; busy: boolean }) {
	if (!deliveries.length) return <Inset>Nothing has been sent yet. Send a test to see whether it gets through.</Inset>;
	return (
		<DataTable
			caption={deliveries.length < most ? 'Newest first' : `The newest ${most}, newest first`}
			head={['What', 'When', 'State', 'Tries', 'Send again']}
			rows={deliveries.map((each) => [
				each.test ? 'A test' : each.what,
				each.when,
				<div key="state">
					<Tag tone={each.state.tone}>{each.state.tag}</Tag>
					{each.state.says && <p className="hint">{each.state.says}</p>}
					{each.response && (
						<Details summary="What the other system answered">
							<p className="break-all">{each.response}</p>
						</Details>
					)}
				</div>,
				each.tries.length > 1 ? (
					<Details key="tries" summary={String(each.tries.length)}>
						{each.tries.join('; ')}
					</Details>
				) : (
					each.tries.length
				),
				each.again === 'button' ? (
					<Form method="post" key="again">
						<input type="hidden" name="intent" value="replay" />
						<input type="hidden" name="delivery" value={each.id} />
						<Button kind="secondary" disabled={busy}>
							Send again
							<span className="visually-hidden"> what was made on {each.when}</span>
						</Button>
					</Form>
				) : each.again === 'off' ? (
					'Once it is switched on'
				) : (
					'By itself'
				),
			])}
		/>
	);
}
