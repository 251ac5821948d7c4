import { defineConfig } from 'drizzle-kit';

export default defineConfig({
	dialect: 'postgresql',
	schema: ['./db/schema.ts', './db/schema-gate.ts', './db/schema-log.ts'],
	out: './db/migrations',
});
