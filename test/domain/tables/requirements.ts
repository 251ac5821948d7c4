import type { Rules } from '../../../app/domain/rules.ts';
import {
	type Answer,
	type Asked,
	asking,
	documentDue,
	later,
	notStarted,
	permits,
	signOffMissing,
	signOffVoid,
	signOffVoidReady,
	type Tables,
} from '../cases.ts';
import {
	acknowledges,
	awarded,
	declares,
	elmCourt,
	policyWith,
	reads,
	retracts,
	shownRound,
	signsOff,
	sitsQuiz,
	working,
} from '../support.ts';

/** Each kind of requirement on its own: a privilege that asks for nothing else, and a sign-off. */
const own = 'receive-delivery' as const;
const signed = signsOff('2026-02-01', '2027-02-01', { privilege: own });
const readIt: Asked = asking(own, { kind: 'declaration', document: 'medicines-policy' });
const inVersion2: Asked = {
	...readIt,
	rules: { ...readIt.rules, policy: policyWith({ documents: { 'medicines-policy': 2 } }) } as Rules,
};
const declarationFirst: Answer = ['declaration_missing', 'not-started'];
const first = declares('2026-01-10', 1);

const shown: Asked = asking(own, { kind: 'site-induction' });
const inductionFirst: Answer = ['site_induction_missing', 'not-started'];

const awardFirst: Answer = ['award_missing', 'not-started'];
const awardLost: Answer = ['award_missing', 'paused'];

const module2 = asking(own, { kind: 'module', module: 'by-mouth', version: 2 });
const quizOnly = asking(own, {
	kind: 'quiz',
	quiz: 'by-mouth',
	draw: [{ module: 'by-mouth', questions: 2, critical: 1 }],
});
const inWrongOrder = asking(
	own,
	{ kind: 'award', award: 'level-3' },
	{ kind: 'site-induction' },
	{ kind: 'declaration', document: 'medicines-policy' },
	{ kind: 'module', module: 'by-mouth', version: 2 },
);

export const tables: Tables = {
	modules: [
		['never read', notStarted, [working], later, module2],
		['read in the version asked for', signOffMissing, [working, reads('2026-01-10')], later, module2],
		['read in an older version', notStarted, [working, reads('2026-01-10', { version: 1 })], later, module2],
		['read in a newer version', signOffMissing, [working, reads('2026-01-10', { version: 3 })], later, module2],
		[
			'read in a newer version, then in an older one',
			signOffMissing,
			[working, reads('2026-01-10', { version: 3 }), reads('2026-01-11', { version: 1 })],
			later,
			module2,
		],
		['read at another site', signOffMissing, [working, reads('2026-01-10', { site: elmCourt })], later, module2],
		['signed off without having read it', signOffVoid, [working, signed], later, module2],
		['read after the sign-off only', signOffVoidReady, [working, signed, reads('2026-02-02')], later, module2],
		[
			'read in the very instant of the sign-off, recorded before it',
			permits,
			[working, reads('2026-02-01'), signed],
			later,
			module2,
		],
		[
			'read in the very instant of the sign-off, recorded after it',
			signOffVoidReady,
			[working, signed, reads('2026-02-01')],
			later,
			module2,
		],
		['acknowledging does not stand for reading', notStarted, [working, acknowledges('2026-01-10', 2)], later, module2],
	],
	quizzes: [
		['passed', signOffMissing, [working, sitsQuiz('2026-01-10')], later, quizOnly],
		['not passed', ['quiz_not_passed', 'not-started'], [working, sitsQuiz('2026-01-10', false)], later, quizOnly],
		[
			'passed at another site',
			signOffMissing,
			[working, sitsQuiz('2026-01-10', true, { site: elmCourt })],
			later,
			quizOnly,
		],
		['passed after the sign-off only', signOffVoidReady, [working, signed, sitsQuiz('2026-02-02')], later, quizOnly],
		[
			'the pass taken back, an earlier one stands',
			permits,
			[working, sitsQuiz('2026-01-10'), sitsQuiz('2026-01-11', true, { id: 'q' }), signed, retracts('2026-02-05', 'q')],
			later,
			quizOnly,
		],
		[
			'the only pass taken back',
			signOffVoid,
			[working, sitsQuiz('2026-01-11', true, { id: 'q' }), signed, retracts('2026-02-05', 'q')],
			later,
			quizOnly,
		],
	],
	declarations: [
		['not read', declarationFirst, [working], later, readIt],
		['policy names no version: the first is enough', signOffMissing, [working, first], later, readIt],
		[
			'another document was read',
			declarationFirst,
			[working, declares('2026-01-10', 1, { document: 'covert' })],
			later,
			readIt,
		],
		['policy asks for the second, the first was read', declarationFirst, [working, first], later, inVersion2],
		[
			'policy asks for the second, it was read',
			signOffMissing,
			[working, declares('2026-01-10', 2)],
			later,
			inVersion2,
		],
		[
			'policy asks for the second, the third was read',
			signOffMissing,
			[working, declares('2026-01-10', 3)],
			later,
			inVersion2,
		],
		[
			'read in the second, then the first again',
			signOffMissing,
			[working, declares('2026-01-10', 2), declares('2026-01-11', 1)],
			later,
			inVersion2,
		],
		['read at another site', signOffMissing, [working, declares('2026-01-10', 1, { site: elmCourt })], later, readIt],
		['read before work began', signOffMissing, [declares('2025-12-10', 1), working], later, readIt],
		[
			'signed off on the first, policy asks for the second since',
			documentDue,
			[working, first, signed],
			later,
			inVersion2,
		],
		['and once it has been read', permits, [working, first, signed, declares('2026-03-01', 2)], later, inVersion2],
		[
			'signed off, the reading was taken back',
			documentDue,
			[working, declares('2026-01-10', 1, { id: 'd' }), signed, retracts('2026-02-02', 'd')],
			later,
			readIt,
		],
		[
			'signed off before it was read: asked again each time, not as of then',
			permits,
			[working, signed, declares('2026-02-02', 1)],
			later,
			readIt,
		],
	],
	'site induction': [
		['not shown round', inductionFirst, [working], later, shown],
		['shown round here', signOffMissing, [working, shownRound('2026-01-06')], later, shown],
		['shown round another site', inductionFirst, [working, shownRound('2026-01-06', { site: elmCourt })], later, shown],
		[
			'recorded for the whole provider',
			inductionFirst,
			[working, shownRound('2026-01-06', { site: null })],
			later,
			shown,
		],
		['signed off', permits, [working, shownRound('2026-01-06'), signed], later, shown],
		['signed off, then shown round', signOffVoidReady, [working, signed, shownRound('2026-02-06')], later, shown],
		[
			'signed off, and it was taken back',
			signOffVoid,
			[working, shownRound('2026-01-06', { id: 's' }), signed, retracts('2026-02-06', 's')],
			later,
			shown,
		],
	],
	'in the order of the file': [
		['the first that is missing', awardFirst, [working], later, inWrongOrder],
		['the next', inductionFirst, [working, awarded('2026-01-10', null)], later, inWrongOrder],
		[
			'the next after that',
			declarationFirst,
			[working, awarded('2026-01-10', null), shownRound('2026-01-11')],
			later,
			inWrongOrder,
		],
		[
			'the last',
			notStarted,
			[working, awarded('2026-01-10', null), shownRound('2026-01-11'), first],
			later,
			inWrongOrder,
		],
		[
			'training has begun with the module, the award is still first',
			['award_missing', 'in-training'],
			[working, reads('2026-01-10')],
			later,
			inWrongOrder,
		],
		[
			'all that is to be learned is there, the award is not',
			['award_missing', 'ready-to-observe'],
			[working, reads('2026-01-10'), first, shownRound('2026-01-11')],
			later,
			inWrongOrder,
		],
		[
			'two are lost: the document, which is due, is said before what is asked each time',
			documentDue,
			[working, reads('2026-01-10'), shownRound('2026-01-11'), signed],
			later,
			inWrongOrder,
		],
		[
			'the award is lost',
			awardLost,
			[working, reads('2026-01-10'), shownRound('2026-01-11'), first, signed],
			later,
			inWrongOrder,
		],
		[
			'the document is lost',
			documentDue,
			[working, reads('2026-01-10'), shownRound('2026-01-11'), awarded('2026-01-10', null), signed],
			later,
			inWrongOrder,
		],
	],
};
