import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

// Not the arguments of @sparticuz/chromium: those switch off web security and site isolation.
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

/**
 * The Chromium the tests drive.
 * @returns {Promise<{ executablePath: string, args: string[] }>}
 */
export async function findBrowser() {
	const chosen = process.env.CHROMIUM_PATH;
	if (chosen && !existsSync(chosen)) throw new Error(`CHROMIUM_PATH names ${chosen}, which does not exist.`);
	const installed = [chosen, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => file && existsSync(file));
	return { executablePath: installed ?? (await playwrightsOwn()) ?? (await unpacked()), args };
}

/** @returns {Promise<string | undefined>} */
async function playwrightsOwn() {
	try {
		const { chromium } = await import('playwright');
		const file = chromium.executablePath();
		return existsSync(file) ? file : undefined;
	} catch {
		return undefined;
	}
}

/**
 * The copy in @sparticuz/chromium, which brings its own libraries.
 * @returns {Promise<string>}
 */
async function unpacked() {
	if (process.platform !== 'linux' || process.arch !== 'x64') {
		throw new Error('No Chromium was found: install one and set CHROMIUM_PATH to its program.');
	}
	const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
	const { version } = JSON.parse(readFileSync(path.resolve(entry, '../../../package.json'), 'utf8'));
	// One folder per version, since a copy of any version is reused as it is; per user, since what lies there is run.
	const user = process.getuid?.();
	const folder = path.join(tmpdir(), `countersign-chromium-${version}-${user}`);
	const { TMPDIR, AWS_LAMBDA_JS_RUNTIME, FONTCONFIG_PATH } = process.env;
	try {
		// Read during the import: it then adds the folder's libraries to LD_LIBRARY_PATH, which the browser inherits.
		process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x';
		process.env.TMPDIR = folder;
		const { default: chromium } = await import('@sparticuz/chromium');
		if (!existsSync(folder)) {
			// Renamed when complete: a copy cut short would otherwise be reused for ever.
			const fresh = mkdtempSync(`${folder}.`);
			process.env.TMPDIR = fresh;
			try {
				await chromium.executablePath();
				renameSync(fresh, folder);
			} catch (error) {
				rmSync(fresh, { recursive: true, force: true });
				// Another process may have been quicker.
				if (!existsSync(folder)) throw error;
			}
		}
	} finally {
		restore('TMPDIR', TMPDIR);
		restore('AWS_LAMBDA_JS_RUNTIME', AWS_LAMBDA_JS_RUNTIME);
	}
	if (statSync(folder).uid !== user) throw new Error(`${folder} is another user's: remove it or set CHROMIUM_PATH.`);
	process.env.FONTCONFIG_PATH = FONTCONFIG_PATH ?? fontsIn(folder);
	return path.join(folder, 'chromium');
}

/**
 * Where its fonts are described. Its own description looks for them in /tmp alone, and a browser without any font ends
 * at the first letter that a page's own font does not have.
 * @param {string} folder
 * @returns {string}
 */
function fontsIn(folder) {
	const folders = [path.join(folder, 'fonts'), '/usr/share/fonts'].map((each) => `<dir>${each}</dir>`);
	const cache = `<cachedir>${path.join(folder, 'fonts-cache')}</cachedir>`;
	const described = `<?xml version="1.0"?><fontconfig>${folders.join('')}${cache}</fontconfig>\n`;
	writeFileSync(path.join(folder, 'fonts', 'fonts.conf'), described);
	return path.join(folder, 'fonts');
}

/**
 * @param {string} name
 * @param {string | undefined} value
 */
function restore(name, value) {
	if (value === undefined) delete process.env[name];
	else process.env[name] = value;
}
