/** Simulated services for documents: reading them (OCR) and translating them. */
import { effect, type DurableContext } from "../durable/index.ts";
import { simulatedOnly } from "./simulated-only.ts";
import type { Simulation, World } from "./world.ts";

/** The document cannot be read: nothing was done, and nothing ever will be. */
export class InvalidDocumentError extends Error {
  override name = "InvalidDocumentError";
}

/** The document is larger than the account's quota: nothing was done. */
export class QuotaExceededError extends Error {
  override name = "QuotaExceededError";
}

/** How many characters the services take. */
const QUOTA = 10_000;

/** A document with its text. */
export interface Document {
  readonly file_id: string;
  readonly content: string;
}

/** What reading a document gave. */
export interface Recognized {
  readonly text: string;
  /** From 0 to 1. */
  readonly confidence: number;
}

/**
 * Reads the text of a document.
 *
 * @throws InvalidDocumentError for a document without any text
 * @throws QuotaExceededError for more than 10,000 characters
 */
export async function recognizeText(
  context: DurableContext,
  { file_id, content }: Document,
): Promise<Recognized> {
  const asked = { file_id, content };
  return await effect<Recognized>(context, "ocr.recognize", asked, simulatedOnly);
}

const ocr: Simulation<Document> = {
  perform({ file_id, content }, draw) {
    const text = content.trim();
    if (text === "") throw new InvalidDocumentError(`The document ${file_id} has no text.`);
    checkQuota(content);
    return { text, confidence: Number((0.9 + draw() * 0.1).toFixed(3)) } satisfies Recognized;
  },
};

/** A text and the language that it is, or is to be, in. */
export interface Translation {
  readonly text: string;
  readonly language: string;
}

/** @throws QuotaExceededError for more than 10,000 characters */
export async function translate(
  context: DurableContext,
  { text, language }: Translation,
): Promise<Translation> {
  const asked = { text, language };
  return await effect<Translation>(context, "translator.translate", asked, simulatedOnly);
}

const translator: Simulation<Translation> = {
  perform({ text, language }) {
    checkQuota(text);
    return { text: `[${language}] ${text}`, language } satisfies Translation;
  },
};

function checkQuota(text: string): void {
  if (text.length <= QUOTA) return;
  throw new QuotaExceededError(
    `The document has ${text.length} characters; the account's quota is ${QUOTA}.`,
  );
}

/** Lets both services stand in, for `ocr.recognize` and `translator.translate`. */
export function simulateDocuments(world: World): void {
  world.simulate("ocr.recognize", ocr);
  world.simulate("translator.translate", translator);
}
