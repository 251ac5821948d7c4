import { randomUUID } from 'node:crypto';
import {
	type Attempt,
	actionWords,
	type Dose,
	doses,
	type Heard,
	incidentWords,
	type Network,
	nameOf,
	type Report,
	type Round,
	staff,
} from './trolley.ts';

/** What a page shows. */
export interface Shown {
	round: Round;
	who: string;
	beside: string | undefined;
	network: Network;
	unplugged: boolean;
	/** The list for a round without a network, if there is one. */
	list: { from: Date; until: Date } | undefined;
	/** Where Countersign is, for whoever wants to change something there. */
	countersign: string;
}

class Html {
	readonly text: string;
	constructor(text: string) {
		this.text = text;
	}
}
type Part = Html | string | number | false | undefined | readonly Part[];

/** Puts text into HTML: whatever is not HTML already is escaped. */
function html(pieces: TemplateStringsArray, ...parts: Part[]): Html {
	return new Html(pieces.map((piece, place) => piece + written(parts[place])).join(''));
}

function written(part: Part): string {
	if (part instanceof Html) return part.text;
	if (Array.isArray(part)) return part.map(written).join('');
	if (part === undefined || part === false) return '';
	const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
	return String(part).replace(/[&<>"']/g, (mark) => marks[mark] ?? mark);
}

const london = { timeZone: 'Europe/London' } as const;
const hourFormat = new Intl.DateTimeFormat('en-GB', { ...london, hour: '2-digit', minute: '2-digit' });
const secondFormat = new Intl.DateTimeFormat('en-GB', { ...london, timeStyle: 'medium' });
const hour = (at: Date) => hourFormat.format(at);

const eventWords: Readonly<Record<string, string>> = {
	'competency.granted': 'may do this, or until another day',
	'competency.due_soon': 'is due for renewal soon',
	'competency.expired': 'has run out',
	'competency.paused': 'is paused',
	'competency.restored': 'is no longer paused',
	'competency.withdrawn': 'has been taken back',
};
const ends = new Set(['competency.expired', 'competency.paused', 'competency.withdrawn']);

/** The trolley. */
export function trolleyPage(shown: Shown): string {
	const { round, who, beside, countersign, unplugged } = shown;
	return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Afternoon round, Rose House – example eMAR</title>
<link rel="stylesheet" href="/trolley.css">
<script src="/trolley.js" defer></script>
</head>
<body>
<header>
<p class="sort"><strong>Example eMAR</strong> Invented people. Not part of Countersign: another system, which asks it.</p>
<h1>Afternoon round, Rose House</h1>
</header>
<main>
<div data-live="network">${networkBanner(shown)}</div>
<div data-live="notice">${notice(shown)}</div>
<form class="people" method="get" action="/">
${choice('who', 'Who is giving?', who, false)}
${choice('beside', 'Who is beside you?', beside ?? '', true)}
<button class="quiet">Change</button>
</form>
<h2>Due now</h2>
<ul class="doses">${doses.map((dose) => doseCard(dose, shown))}</ul>
<h2>Written down</h2>
<div data-live="record">${record(round.attempts())}</div>
<h2 id="reported">Reported</h2>
<div data-live="reported">${reportList(round.reports())}</div>
<h2>Told by Countersign</h2>
<div data-live="heard">${heardList(round.heard())}</div>
<p class="hint">Comes by webhook. Without JavaScript, <a href="${addressOf(who, beside)}">look again</a>.</p>
<details class="tries"${new Html(unplugged ? ' open' : '')}>
<summary>Try what happens</summary>
<p>Pause somebody in <a href="${countersign}">Countersign</a> as grace.mensah, and watch this page.</p>
<form method="post" action="/try">${carried(shown)}
${
	unplugged
		? html`<button class="quiet" name="what" value="plug">Plug the network in</button>`
		: html`<button class="quiet" name="what" value="unplug">Unplug the network</button>`
}
<button class="quiet" name="what" value="lose-list">Lose the list</button>
<button class="quiet" name="what" value="again">Start the round again</button>
</form>
</details>
</main>
</body>
</html>`.text;
}

function networkBanner({ network, list }: Shown): Html {
	if (network === 'there')
		return html`<p class="banner good"><span aria-hidden="true">✓</span> Connected. Each dose is checked with Countersign before it is signed.</p>`;
	if (network === 'refused')
		return html`<p class="banner bad" role="status"><span aria-hidden="true">×</span> <span><strong>Countersign does not let this system ask: nobody can be checked.</strong> Tell your manager. Use your paper procedure. A time-critical medicine can be given without an answer, and is written down.</span></p>`;
	if (list)
		return html`<p class="banner wait" role="status"><span aria-hidden="true">!</span> <span><strong>No network: working from the list of ${hour(list.from)}, good until ${hour(list.until)}.</strong> Whoever is not on it may not sign.</span></p>`;
	return html`<p class="banner bad" role="status"><span aria-hidden="true">×</span> <span><strong>No network and no list: nobody can be checked.</strong> Use your paper procedure. A time-critical medicine can be given without an answer, and is written down.</span></p>`;
}

/** What has ended for whoever is on the trolley now, and what was signed by the list and should not have been. */
function notice(shown: Shown): Html | undefined {
	const lines = [...signedInError(shown), ...endedFor(shown)];
	if (!lines.length) return undefined;
	return html`<div class="banner bad" role="alert"><span aria-hidden="true">×</span><div>${lines}</div></div>`;
}

function signedInError(shown: Shown): Html[] {
	return shown.round
		.forManager()
		.map(
			({ id, dose, who, at }) =>
				html`<form method="post" action="/told-manager">${carried(shown)}<p><strong>${dose.medicine}, given by ${nameOf(who)} at ${hour(at)} without a network: Countersign now says no.</strong> Tell the manager now.</p><button class="quiet" name="attempt" value="${id}">The manager has been told<span class="for"> about ${dose.medicine}</span></button></form>`,
		);
}

function endedFor({ round, who, beside }: Shown): Html[] {
	const newest = new Map<string, Heard>();
	for (const each of round.heard()) {
		const { subject, action } = each.event.about ?? {};
		const key = `${subject} ${action}`;
		if (subject && !newest.has(key)) newest.set(key, each);
	}
	const ended = [...newest.values()].filter(
		({ event }) => ends.has(event.type) && [who, beside].includes(event.about?.subject),
	);
	return ended.map(
		({ at, event }) =>
			html`<p><strong>${sentenceOf(event)}</strong> Heard at ${secondFormat.format(at)}. Ask somebody else.</p>`,
	);
}

function sentenceOf({ type, about }: Heard['event']): string {
	if (!about) return type === 'webhook.test' ? 'A test message.' : `${type}.`;
	return `${nameOf(about.subject)}, ${actionWords[about.action] ?? about.action}: ${eventWords[type] ?? type}.`;
}

function choice(name: string, label: string, chosen: string, nobody: boolean): Html {
	const option = (value: string, text: string) =>
		html`<option value="${value}"${new Html(value === chosen ? ' selected' : '')}>${text}</option>`;
	return html`<p><label for="${name}">${label}</label>
<select id="${name}" name="${name}">${nobody && option('', 'Nobody')}${staff.map((each) => option(each.code, each.name))}</select></p>`;
}

function carried({ who, beside }: Pick<Shown, 'who' | 'beside'>): Html {
	return html`<input type="hidden" name="who" value="${who}"><input type="hidden" name="beside" value="${beside ?? ''}">`;
}

function doseCard(dose: Dose, shown: Shown): Html {
	const last = shown.round.lastOf(dose);
	const given = last?.decision.decision === true;
	const sign = html`<form method="post" action="/sign">${carried(shown)}<input type="hidden" name="dose" value="${dose.id}">
<button>Sign as given<span class="for">: ${dose.medicine}</span></button></form>`;
	return html`<li id="${dose.id}" class="dose">
<h3>${dose.medicine}</h3>
<p class="for-whom">${dose.person}, room ${dose.room}. Due ${dose.due}.</p>
${(dose.controlled || dose.timeCritical) && html`<p>${dose.controlled && html`<span class="tag">Controlled drug: needs a witness</span>`}${dose.timeCritical && html`<span class="tag">Time-critical</span>`}</p>`}
<div data-live="outcome-${dose.id}">${last && outcome(last)}</div>
${!given && sign}
${last && mayBreakGlass(last) && glassForm(dose, shown)}
${reportForm(dose, shown)}
</li>`;
}

/** Whoever has only asked too often can ask again in a moment. */
function mayBreakGlass({ dose, decision: { why, code } }: Attempt): boolean {
	return dose.timeCritical === true && why === 'no-answer' && code !== 'too_many_questions';
}

function outcome(attempt: Attempt): Html {
	const { decision, who, beside, at, dose, others } = attempt;
	if (!decision.decision)
		return html`<div class="outcome bad" role="status"><p><strong><span aria-hidden="true">×</span> Not signed.</strong> ${nameOf(who)}: ${decision.says || 'We could not check just now.'}</p>
<p>${decision.nextStep}</p>
${others.length > 0 && html`<p>${decision.code === 'witness_missing' ? 'May witness now' : 'May do this now'}: <strong>${others.map(nameOf).join(', ')}</strong>.</p>`}
<p class="hint">${saidBy(decision)}</p></div>`;
	const second = beside && (dose.controlled ? `, witnessed by ${nameOf(beside)}` : `, ${nameOf(beside)} beside them`);
	const tone = decision.why === 'break-glass' ? 'wait' : 'good';
	return html`<div class="outcome ${tone}" role="status"><p><strong><span aria-hidden="true">${tone === 'good' ? '✓' : '!'}</span> Given at ${hour(at)}</strong> by ${nameOf(who)}${second}.</p>
${decision.brokenGlass && html`<p>${decision.says} ${decision.nextStep}</p>`}<p class="hint">${saidBy(decision)}</p>${attempt.askedAgain && html`<p>${again(attempt)}</p>`}</div>`;
}

function saidBy({ why, code, evaluationId, decision }: Attempt['decision']): string {
	const said = decision ? 'Yes' : 'No';
	if (why === 'gate') return `${said}, says Countersign (${code}${evaluationId ? `, answer ${evaluationId}` : ''}).`;
	if (why === 'offline') return `${said}, says the signed list (${code}).`;
	return why === 'break-glass' ? 'Nobody was asked: there was no answer.' : 'No answer, therefore no.';
}

/** What came of asking once there was a network again. */
function again({ askedAgain, told }: Attempt): Html | undefined {
	if (!askedAgain) return undefined;
	const { at, decision } = askedAgain;
	const answer = html`Asked again at ${hour(at)}: ${saidBy(decision)}`;
	if (decision.decision) return answer;
	const manager = told ? 'The manager has been told.' : 'For the manager.';
	return html`<strong>${manager}</strong> ${answer} ${decision.says}`;
}

function reportForm(dose: Dose, shown: Shown): Html {
	return html`<details class="report"><summary>Report a problem<span class="for"> with ${dose.medicine}</span></summary>
<form method="post" action="/report">${carried(shown)}<input type="hidden" name="dose" value="${dose.id}"><input type="hidden" name="key" value="${randomUUID()}">
<label for="kind-${dose.id}">What happened?</label>
<select id="kind-${dose.id}" name="kind">${Object.entries(incidentWords).map(([kind, words]) => html`<option value="${kind}">${words}</option>`)}</select>
<p class="hint">The manager sees it in Countersign. No name of anybody you care for is sent.</p>
<button class="quiet">Report it</button></form></details>`;
}

const reportWords: Record<Report['state'], string> = {
	waiting: 'Not sent yet: it goes by itself as soon as Countersign can be reached.',
	received: 'Countersign has it.',
	refused: 'Countersign did not take it. Tell your manager.',
};

function reportList(reports: readonly Report[]): Html {
	if (!reports.length) return html`<p>Nothing. “Report a problem” is below each dose.</p>`;
	return html`<ol class="record">${reports
		.slice(0, 12)
		.map(
			({ at, kind, dose, state }) =>
				html`<li><span class="when">${hour(at)}</span> <strong>${incidentWords[kind]}:</strong> ${dose.medicine}. ${reportWords[state]}</li>`,
		)}</ol>`;
}

function glassForm(dose: Dose, shown: Shown): Html {
	return html`<form class="glass" method="post" action="/break-glass">${carried(shown)}<input type="hidden" name="dose" value="${dose.id}">
<p>There is no answer, and this medicine cannot wait. You may give it in your own name. The manager will ask about it.</p>
<label for="reason-${dose.id}">Why can it not wait?</label>
<input id="reason-${dose.id}" name="reason" required maxlength="200" autocomplete="off">
<button class="alarm">Give without an answer</button></form>`;
}

function record(attempts: readonly Attempt[]): Html {
	if (!attempts.length) return html`<p>Nothing yet. Sign a dose above.</p>`;
	return html`<ol class="record">${attempts.slice(0, 12).map((each) => html`<li>${entry(each)}</li>`)}</ol>`;
}

function entry(attempt: Attempt): Html {
	const { at, dose, who, beside, decision } = attempt;
	const what = decision.brokenGlass
		? html`<strong>Given without an answer:</strong> ${dose.medicine}, by ${nameOf(decision.brokenGlass.by)}. Why: “${decision.brokenGlass.reason}”. For the manager to review.`
		: html`${decision.decision ? 'Given' : 'Not signed'}: ${dose.medicine}, ${nameOf(who)}${beside && ` with ${nameOf(beside)}`}. ${saidBy(decision)}`;
	return html`<span class="when">${hour(at)}</span> ${what} ${again(attempt)}`;
}

function heardList(heard: readonly Heard[]): Html {
	if (!heard.length) return html`<p>Nothing yet. When somebody is paused, it appears here at once.</p>`;
	return html`<ol class="record">${heard.slice(0, 8).map(({ at, event }) => html`<li><span class="when">${secondFormat.format(at)}</span> ${sentenceOf(event)}</li>`)}</ol>`;
}

/** Where the trolley of these two people is. */
export function addressOf(who: string, beside: string | undefined): string {
	return `/?${new URLSearchParams({ who, ...(beside ? { beside } : {}) })}`;
}
