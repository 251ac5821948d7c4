import { moduleMissing, notStarted, quizMissing, roundsShort, type Tables } from '../cases.ts';
import { learned, reads, retracts, sitsQuiz, threeRounds, working } from '../support.ts';

/** What has to be read and passed first. */

const read = reads('2026-01-12');
const passed = sitsQuiz('2026-01-13');
const notPassed = sitsQuiz('2026-01-13', false);

export const tables: Tables = {
	learning: [
		['nothing read yet', notStarted, [working]],
		['another module was read', notStarted, [working, reads('2026-01-12', { module: 'something-else' })]],
		['an older version of the module was read', notStarted, [working, reads('2026-01-12', { version: 1 })]],
		['a newer version of the module was read', quizMissing, [working, reads('2026-01-12', { version: 3 })]],
		['the quiz was passed before the module was read', moduleMissing, [working, sitsQuiz('2026-01-12')]],
		['read, the quiz not sat', quizMissing, [working, read]],
		['read, the quiz not passed', quizMissing, [working, read, notPassed]],
		['another quiz was passed', quizMissing, [working, read, sitsQuiz('2026-01-13', true, { quiz: 'other' })]],
		['the quiz not passed, then passed', roundsShort, [working, read, notPassed, sitsQuiz('2026-01-14')]],
		['the quiz passed, then sat again and not passed', roundsShort, [learned, sitsQuiz('2026-01-20', false)]],
		[
			'the passed quiz was taken back',
			quizMissing,
			[working, read, { ...passed, id: 'quiz' }, retracts('2026-01-20', 'quiz')],
		],
		['what was learned before work began counts', roundsShort, [reads('2026-01-01'), sitsQuiz('2026-01-02'), working]],
		['watched before anything was learned', moduleMissing, [working, threeRounds]],
		['a requirement nobody has begun stands first', moduleMissing, [working, threeRounds, sitsQuiz('2026-02-17')]],
	],
};
