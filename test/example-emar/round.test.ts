import { expect, test } from 'vitest';
import type { CountersignEvent, Decision } from '../../client/src/countersign.ts';
import { type Attempt, doses, openRound } from '../../example-emar/trolley.ts';

const now = new Date('2027-03-14T14:00:00Z');
const decision = (given: Partial<Decision>) =>
	({ decision: true, why: 'gate', code: 'competent', ...given }) as Decision;

function attempt(id: string, given: Partial<Attempt> = {}): Attempt {
	const [dose] = doses;
	if (!dose) throw new Error('nothing is due');
	const question = { subject: 'ben.whitfield', action: dose.action, site: 'rose-house' };
	const said = decision({ why: 'offline' });
	return { id, dose, who: 'ben.whitfield', beside: undefined, at: now, question, decision: said, others: [], ...given };
}

function event(id: string, action: string, statusVersion: number): CountersignEvent {
	const about = { subject: 'ben.whitfield', action, site: 'rose-house', statusVersion };
	return { id, type: 'competency.paused', at: now, about } as unknown as CountersignEvent;
}

test('what one pause ends is heard in any order; of one thing, nothing older than is known', () => {
	const round = openRound();
	expect(round.hear(event('1', 'administer-oral', 7), now)).toBe(true);
	expect(round.hear(event('2', 'administer-inhaled', 6), now)).toBe(true);
	expect(round.hear(event('2', 'administer-inhaled', 6), now)).toBe(false);
	expect(round.hear(event('3', 'administer-oral', 5), now)).toBe(false);
	expect(round.heard().map((each) => each.event.id)).toEqual(['2', '1']);
});

test('a round that is started again hides nothing that still has to be asked about or told', () => {
	const round = openRound();
	round.write(attempt('asked', { decision: decision({}) }));
	for (const id of ['waits', 'wrong', 'right']) round.write(attempt(id));
	const said = (allowed: boolean) => ({ at: now, decision: decision({ decision: allowed }) });
	const find = (id: string) => round.attempts().find((each) => each.id === id) as Attempt;
	round.confirm(find('wrong'), said(false));
	round.confirm(find('right'), said(true));

	round.startAgain();
	expect(round.attempts()).toEqual([]);
	expect(round.unconfirmed().map((each) => each.id)).toEqual(['waits']);
	expect(round.isBehind()).toBe(true);
	expect(round.forManager().map((each) => each.id)).toEqual(['wrong']);

	round.confirm(attempt('waits'), said(false));
	expect(round.isBehind()).toBe(false);
	expect(round.forManager().map((each) => each.id)).toEqual(['wrong', 'waits']);
	round.tellManager('wrong');
	round.startAgain();
	expect(round.forManager().map((each) => each.id)).toEqual(['waits']);
});
