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
	route('changes/:kind/:slug', 'routes/learning/change.tsx'),
	route('documents/:document', 'routes/learning/document.tsx'),

	route('rounds', 'routes/assessing/rounds.tsx'),
	route('rounds/:round', 'routes/assessing/round.tsx'),
	route('rounds/:round/signatures', 'routes/assessing/signatures.tsx'),
	route('observations/:observation', 'routes/assessing/observation.tsx'),

	route('matrix', 'routes/people/matrices.ts'),
	route('sites/:site/matrix', 'routes/people/matrix.tsx'),
	route('sites/:site/matrix.csv', 'routes/people/matrix-csv.ts'),
	...prefix('people/:person', [
		index('routes/people/person.tsx'),
		route('records', 'routes/people/records.tsx'),
		route('records/:kind', 'routes/people/record.tsx'),
		route('evidence/:evidence/retraction', 'routes/people/retraction.tsx'),
		route(':site/:privilege', 'routes/people/standing.tsx'),
		route(':site/:privilege/day', 'routes/people/day.tsx'),
		route(':site/:privilege/day.pdf', 'routes/people/day-pdf.ts'),
		route(':site/:privilege/sign-off', 'routes/people/sign-off.tsx'),
		route(':site/:privilege/pause', 'routes/people/pause.tsx'),
		route(':site/:privilege/pause-lifting', 'routes/people/pause-lifting.tsx'),
		route(':site/:privilege/withdrawal', 'routes/people/withdrawal.tsx'),
		route(':site/:privilege/supervision', 'routes/people/supervision.tsx'),
		route(':site/:privilege/delegations', 'routes/people/delegations.tsx'),
		route(':site/:privilege/override', 'routes/people/override.tsx'),
	]),

	route('reviews', 'routes/reviewing/reviews.tsx'),
	route('reviews/:signOff/:round', 'routes/reviewing/flagged-sign-off.tsx'),
	route('overrides', 'routes/reviewing/overrides.tsx'),
	route('delegations', 'routes/reviewing/open-delegations.tsx'),

	route('ledger', 'routes/ledger/ledger.tsx'),
	route('ledger/check', 'routes/ledger/check.tsx'),
	route('ledger/note', 'routes/ledger/note.ts'),
	route('ledger/pack', 'routes/ledger/pack.ts'),
	route('ledger/verifier', 'routes/ledger/verifier.ts'),

	route('settings', 'routes/settings/settings.tsx'),
	route('content', 'routes/settings/content.tsx'),
	route('policy', 'routes/settings/policy.tsx', { id: 'provider-policy' }),
	route('policy/numbers', 'routes/settings/numbers.tsx', { id: 'provider-numbers' }),
	route('policy/privileges/:privilege', 'routes/settings/numbers.tsx', { id: 'provider-privilege' }),
	route('sites/:site/policy', 'routes/settings/policy.tsx', { id: 'site-policy' }),
	route('sites/:site/policy/numbers', 'routes/settings/numbers.tsx', { id: 'site-numbers' }),
	route('sites/:site/policy/privileges/:privilege', 'routes/settings/numbers.tsx', { id: 'site-privilege' }),
	route('policy-drafts/:draft', 'routes/settings/draft.tsx'),
	route('*', 'routes/nowhere.tsx'),
] satisfies RouteConfig;
