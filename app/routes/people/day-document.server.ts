import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import PDFDocument from 'pdfkit';
import type { OnTheDay, Proof } from '../../commands/on-the-day.ts';
import { sayMoment } from '../../domain/period.ts';
import { sayPolicy } from '../../domain/policy.ts';
import { reasonWords } from '../../domain/reason.ts';
import { standingWords } from '../../ui/standing.tsx';

export interface DayDocument {
	person: { name: string; staffCode: string };
	privilege: string;
	site: string;
	provider: string;
	at: Date;
	knownAt: Date;
	madeAt: Date;
	answer: OnTheDay;
	/** The signed checkpoint that the evidence rests on. */
	checkpoint: string;
	/** Files that go inside the document: the answer as data, signed, and the evidence with its proofs. */
	attachments: { name: string; description: string; bytes: Buffer }[];
}

const fonts = path.join(path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
const font = (name: string) => readFileSync(path.join(fonts, `${name}.ttf`));

/** What the published types of the library do not know yet. */
interface Tagged {
	struct(tag: string, content?: () => void): Structure;
	addStructure(structure: Structure): void;
}
interface Structure {
	add(child: Structure): void;
	end(): void;
}

/**
 * The answer on the day as a tagged PDF (PDF/UA-1) that a manager can hand to an inspector. The words are for reading;
 * what is signed is attached: the answer as data with its seal, and the evidence with its proofs.
 */
export async function dayDocument(given: DayDocument): Promise<Buffer> {
	const { answer, person, privilege, site } = given;
	const { decision, knownThen } = answer;
	const title = `${person.name}: ${privilege}, ${site}, ${sayMoment(given.at)}`;
	const doc = new PDFDocument({
		size: 'A4',
		margin: 50,
		pdfVersion: '1.7',
		subset: 'PDF/UA',
		tagged: true,
		lang: 'en-GB',
		displayTitle: true,
		font: path.join(fonts, 'DejaVuSans.ttf'),
		info: { Title: title, Author: given.provider, Creator: 'Countersign', CreationDate: given.madeAt },
	} as unknown as PDFKit.PDFDocumentOptions);
	const chunks: Buffer[] = [];
	const finished = new Promise<Buffer>((resolve, reject) => {
		doc.on('data', (chunk: Buffer) => chunks.push(chunk));
		doc.on('end', () => resolve(Buffer.concat(chunks)));
		doc.on('error', reject);
	});
	doc.registerFont('plain', font('DejaVuSans'));
	doc.registerFont('bold', font('DejaVuSans-Bold'));
	doc.registerFont('fixed', font('DejaVuSansMono'));

	const tagged = doc as unknown as Tagged;
	const root = tagged.struct('Document');
	tagged.addStructure(root);
	const put = (tag: string, text: string, face = 'plain', size = 10, gap = 4) =>
		root.add(
			tagged.struct(tag, () => {
				doc.font(face).fontSize(size).text(text, { paragraphGap: gap });
			}),
		);
	const heading = (level: 1 | 2 | 3, text: string) => {
		// Never alone at the foot of a page.
		if (doc.y > doc.page.maxY() - 60) doc.addPage();
		put(`H${level}`, text, 'bold', level === 1 ? 16 : level === 2 ? 12 : 10, 6);
	};

	heading(1, `${person.name} on the day`);
	put('P', `${privilege}, ${site}, ${given.provider}. Staff code ${person.staffCode}.`);
	put(
		'P',
		`${decision.permit ? '✓ Yes' : '✕ No'}: on ${sayMoment(given.at)} ${person.name} ${decision.permit ? 'was allowed to do this here' : 'was not allowed to do this here'}.`,
		'bold',
		12,
		6,
	);
	put(
		'P',
		`Standing: ${standingWords[decision.standing]}. ${decision.permit ? '' : `What was needed then: ${reasonWords[decision.code].nextStep}`}`,
	);
	put(
		'P',
		`By what was known on ${sayMoment(given.knownAt)}. Policy then in force: ${sayPolicy(decision.policyVersion)}.`,
	);
	if (knownThen.permit !== decision.permit || knownThen.standing !== decision.standing)
		put(
			'P',
			`By what was known at that minute the answer was: ${knownThen.permit ? 'Yes' : 'No'}, ${standingWords[knownThen.standing]}. What was entered afterwards is marked.`,
		);

	heading(2, 'What it rests on');
	for (const { what, met, proofs } of answer.requirements) {
		heading(3, `${met ? '✓ Met' : '✕ Not met'}: ${what}`);
		for (const proof of proofs) put('P', sayProof(proof));
		if (!proofs.length) put('P', 'No evidence of this.');
	}
	heading(2, 'Employment, sign-offs, pauses and the rest');
	for (const proof of answer.others) put('P', sayProof(proof));

	heading(2, 'How to check this document');
	put(
		'P',
		`Made on ${sayMoment(given.madeAt)}. The files attached to it hold the answer as data under a signature, and every row of evidence of this person with a proof that it belongs to the checkpoint below. The program verify-pack.mjs checks them without Countersign.`,
	);
	put('P', given.checkpoint, 'fixed', 8);
	root.end();
	for (const { name, description, bytes } of given.attachments)
		doc.file(bytes, {
			name,
			description,
			type: 'application/json',
			creationDate: given.madeAt,
			modifiedDate: given.madeAt,
		});
	doc.end();
	return finished;
}

function sayProof(proof: Proof): string {
	const marks = [proof.late && 'ENTERED LATE', proof.enteredAfterwards && 'not known yet at that minute'].filter(
		Boolean,
	);
	return [
		`• ${[proof.what, proof.detail].filter(Boolean).join(': ')}.`,
		`Happened ${sayMoment(proof.observedAt)}; recorded ${sayMoment(proof.recordedAt)}${marks.length ? ` (${marks.join(', ')})` : ''}${proof.recordedBy ? ` by ${proof.recordedBy}` : ''}.`,
		proof.assessor &&
			`Watched by ${proof.assessor.name}, ${proof.assessor.competent ? 'competent to assess it then' : 'NOT competent to assess it then'}.`,
		proof.version && `Content: ${proof.version}.`,
		`Row ${proof.seq}.`,
	]
		.filter(Boolean)
		.join(' ');
}
