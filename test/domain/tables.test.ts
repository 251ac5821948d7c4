import { describe, expect, test } from 'vitest';
import { evidenceKinds } from '../../app/domain/evidence.ts';
import { reasonCodes } from '../../app/domain/reason.ts';
import { standings } from '../../app/domain/rules.ts';
import { type Row, tableOf } from './cases.ts';
import { tables as atDepth } from './tables/at-depth.ts';
import { tables as away } from './tables/away.ts';
import { tables as beside } from './tables/beside.ts';
import { tables as besideAgain } from './tables/beside-again.ts';
import { tables as chains } from './tables/chains.ts';
import { tables as changedContent } from './tables/changed-content.ts';
import { tables as corrections } from './tables/corrections.ts';
import { tables as counting } from './tables/counting.ts';
import { tables as delegated } from './tables/delegated.ts';
import { tables as delegation } from './tables/delegation.ts';
import { tables as failedRounds } from './tables/failed-rounds.ts';
import { tables as healing } from './tables/healing.ts';
import { tables as inDate } from './tables/in-date.ts';
import { tables as inItsPlace } from './tables/in-its-place.ts';
import { tables as knowledge } from './tables/knowledge.ts';
import { tables as learning } from './tables/learning.ts';
import { tables as lifted } from './tables/lifted.ts';
import { tables as lighter } from './tables/lighter.ts';
import { tables as night } from './tables/night.ts';
import { tables as numbers } from './tables/numbers.ts';
import { tables as outside } from './tables/outside.ts';
import { tables as override } from './tables/override.ts';
import { tables as parties } from './tables/parties.ts';
import { tables as paths } from './tables/paths.ts';
import { tables as person } from './tables/person.ts';
import { tables as practice } from './tables/practice.ts';
import { tables as prerequisites } from './tables/prerequisites.ts';
import { tables as proved } from './tables/proved.ts';
import { tables as renewal } from './tables/renewal.ts';
import { tables as requirements } from './tables/requirements.ts';
import { tables as rolesAndAwards } from './tables/roles-and-awards.ts';
import { tables as rounds } from './tables/rounds.ts';
import { tables as runningOut } from './tables/running-out.ts';
import { tables as seen } from './tables/seen.ts';
import { tables as settling } from './tables/settling.ts';
import { tables as shiftEnd } from './tables/shift-end.ts';
import { tables as since } from './tables/since.ts';
import { tables as spotChecks } from './tables/spot-checks.ts';
import { tables as stops } from './tables/stops.ts';
import { tables as work } from './tables/work.ts';

/** Every answer that `decide` can give, case by case, each judged from content/rules.md. */
const subjects = {
	inItsPlace,
	parties,
	proved,
	shiftEnd,
	practice,
	healing,
	settling,
	night,
	besideAgain,
	knowledge,
	delegated,
	lighter,
	outside,
	seen,
	since,
	failedRounds,
	atDepth,
	work,
	learning,
	rounds,
	inDate,
	stops,
	corrections,
	prerequisites,
	requirements,
	person,
	numbers,
	counting,
	rolesAndAwards,
	renewal,
	paths,
	chains,
	beside,
	runningOut,
	lifted,
	away,
	changedContent,
	spotChecks,
	delegation,
	override,
};

for (const tables of Object.values(subjects))
	for (const [title, rows] of Object.entries(tables)) describe(title, () => tableOf(rows));

/** What only the gate says, of whom and where it is asked, and what only the rule of two people says. */
const saidElsewhere = ['unknown_person', 'unknown_site', 'stale_answer', 'witness_missing'];

const rows = Object.values(subjects).flatMap((tables) => Object.values(tables).flat());

test.each(reasonCodes)('%s is the answer in a row, unless it is not for one person’s evidence to say', (code) => {
	expect(rows.some(([, [answer]]) => answer === code)).toBe(!saidElsewhere.includes(code));
});

test.each(standings)('%s is the standing in a row', (standing) => {
	expect(rows.some(([, [, answer]]) => answer === standing)).toBe(true);
});

test('every kind of evidence is in a row', () => {
	const used = new Set(rows.flatMap(([, , facts]) => facts.flat().map((fact) => fact.kind)));
	expect([...used].sort()).toEqual([...evidenceKinds].sort());
});

test('no two rows of a table have one name', () => {
	for (const table of Object.values(subjects).flatMap(Object.values<Row[]>))
		expect(new Set(table.map(([name]) => name)).size).toBe(table.length);
});
