import { Tag, type Tone } from './tag.tsx';

export interface EndpointState {
	tone: Tone;
	tag: string;
	/** What more there is to say. */
	says: string;
}

/** Whether an endpoint gets what is sent to it: a word, a shape and a sentence. */
export function EndpointTag({ state }: { state: EndpointState }) {
	return (
		<>
			<Tag tone={state.tone}>{state.tag}</Tag>
			{state.says && <span className="hint"> {state.says}</span>}
		</>
	);
}
