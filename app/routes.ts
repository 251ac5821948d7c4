import { index, prefix, type RouteConfig, route } from '@remix-run/route-config';

/** Every address there is. A noun each; what changes something is a form posted to the noun it makes. */
export default [
	index('routes/home.ts'),
	route('sign-in', 'routes/sign-in.tsx'),
	route('sign-out', 'routes/sign-out.ts'),

	route('induction', 'routes/learning/induction.tsx'),
	route('modules/:module', 'routes/learning/module.tsx'),
	route('modules/:module/:page', 'routes/learning/module-page.tsx'),
	route('quizzes/:quiz', 'routes/learning/quiz.tsx'),
	route('attempts/:attempt', 'routes/learning/attempt.tsx'),
	route('attempts/:attempt/:number', 'routes/learning/question.tsx'),

	route('rounds', 'routes/assessing/rounds.tsx'),
	route('rounds/:round', 'routes/assessing/round.tsx'),
	route('rounds/:round/signatures', 'routes/assessing/signatures.tsx'),
	route('observations/:observation', 'routes/assessing/observation.tsx'),

	route('matrix', 'routes/people/matrices.ts'),
	route('sites/:site/matrix', 'routes/people/matrix.tsx'),
	route('sites/:site/matrix.csv', 'routes/people/matrix-csv.ts'),
	...prefix('people/:person', [
		index('routes/people/person.tsx'),
		route(':site/:privilege', 'routes/people/standing.tsx'),
		route(':site/:privilege/sign-off', 'routes/people/sign-off.tsx'),
		route(':site/:privilege/pause', 'routes/people/pause.tsx'),
		route(':site/:privilege/pause-lifting', 'routes/people/pause-lifting.tsx'),
	]),
	route('*', 'routes/nowhere.tsx'),
] satisfies RouteConfig;
