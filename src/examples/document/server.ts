/** A document in four steps: looked up, read, translated, and finished, each guarded for what it is. */
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  AtMostOnceFailedBeforeCompleting,
  fromBytes,
  NetworkError,
  SortedMap,
  toBytes,
  type DurableContext,
} from "../../durable/index.ts";
import { structured, type DurableMcpServer } from "../../mcp/index.ts";
import {
  InvalidDocumentError,
  QuotaExceededError,
  recognizeText,
  simulateDocuments,
  translate,
  type World,
} from "../../world/index.ts";
import { stableId } from "../stable-id.ts";

const StoredFile = z.object({
  file_id: z.string(),
  content: z.string(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
const Recognized = z.object({ text: z.string(), confidence: z.number() });
const Translated = z.object({ text: z.string(), language: z.string() });
const Result = z.object({
  text: z.string(),
  translation: z.string(),
  language: z.string(),
  confidence: z.number(),
});
const Job = z.object({
  job_id: z.string(),
  file_id: z.string(),
  status: z.enum(["completed", "failed"]),
  step: z.string().optional(),
  error: z.string().optional(),
});
const status = z.enum(["success", "error"]);
const message = z.string().optional();

const STEPS = ["lookup", "ocr", "translation", "finish"] as const;
type Step = (typeof STEPS)[number];

const files = SortedMap.ref("files");
const results = SortedMap.ref("results");
const jobs = SortedMap.ref("jobs");

export default function register(server: DurableMcpServer, world: World): void {
  simulateDocuments(world);
  server.registerErrors({ InvalidDocumentError, QuotaExceededError });

  server.registerTool(
    "upload_file",
    {
      title: "Upload a file",
      description: "Stores a text document under an id of your choice, over what stands there.",
      inputSchema: {
        file_id: z
          .string()
          .min(1)
          .meta({ description: "An id of your choice.", examples: ["letter"] }),
        content: z.string().meta({
          description: "The document's text.",
          examples: ["Dear Ada, thank you for the engine."],
        }),
        metadata: z.record(z.string(), z.unknown()).optional().describe("Kept with the file."),
      },
      outputSchema: { status, file_id: z.string().optional(), message },
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ file_id, content, metadata }, context) => {
      const file = { file_id, content, metadata };
      await files.insert(context, { entries: { [file_id]: toBytes(file) } });
      return structured({ status: "success", file_id });
    },
  );

  server.registerTool(
    "process_document",
    {
      title: "Process a document",
      description:
        "Reads an uploaded document and translates it, reporting progress. Reading and translating " +
        "are paid: neither is done twice for one invocation.",
      inputSchema: {
        file_id: z.string().meta({ description: "Of upload_file.", examples: ["letter"] }),
        target_language: z
          .string()
          .default("en")
          .meta({ description: "What to translate to.", examples: ["en", "de", "fr", "es", "ja"] }),
      },
      outputSchema: {
        status,
        job_id: z.string().optional(),
        result: Result.optional(),
        step: z.string().optional(),
        error: z.string().optional(),
        retryable: z.boolean().optional(),
        message,
      },
      annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: true },
    },
    async ({ file_id, target_language }, context) => {
      const job_id = stableId("job", file_id, target_language);
      let step: Step = "lookup";
      const begin = async (next: Step): Promise<void> => {
        step = next;
        await context.log("info", `${job_id}: ${next}`);
        await reportProgress(context, next);
      };
      try {
        await begin("lookup");
        const { content } = await atLeastOnce(
          "lookup",
          context,
          async (context) => {
            const { value } = await files.get(context, { key: file_id });
            if (!value) throw new InvalidDocumentError(`There is no file ${file_id}.`);
            return StoredFile.parse(fromBytes(value));
          },
          { schema: StoredFile, retryPolicy: { maxAttempts: 1 } },
        );

        await begin("ocr");
        const read = await atMostOnce(
          "ocr",
          context,
          (context) => recognizeText(context, { file_id, content }),
          { schema: Recognized, retryableErrors: [NetworkError] },
        );
        await results
          .idempotently(`${job_id}_ocr`)
          .insert(context, { entries: { [`${job_id}_ocr`]: toBytes(read) } });

        await begin("translation");
        const translated = await atMostOnce(
          "translation",
          context,
          (context) => translate(context, { text: read.text, language: target_language }),
          { schema: Translated, retryableErrors: [NetworkError] },
        );
        await results
          .idempotently(`${job_id}_translation`)
          .insert(context, { entries: { [`${job_id}_translation`]: toBytes(translated) } });

        await begin("finish");
        await atLeastOnce("finish", context, async (context) => {
          const job = { job_id, file_id, status: "completed" };
          await jobs.insert(context, { entries: { [job_id]: toBytes(job) } });
        });
        const result = {
          text: read.text,
          translation: translated.text,
          language: translated.language,
          confidence: read.confidence,
        };
        return structured({ status: "success", job_id, result });
      } catch (error) {
        const { text, retryable } = explain(error);
        const job = { job_id, file_id, status: "failed", step, error: text };
        // Each execution may fail in a way of its own.
        await jobs
          .idempotently(`${job_id}_failed_${context.execution}`)
          .insert(context, { entries: { [job_id]: toBytes(job) } });
        return structured({ status: "error", job_id, step, error: text, retryable });
      }
    },
  );

  server.registerTool(
    "get_job_status",
    {
      title: "Get a job's status",
      description: "Tells how the processing of a document ended, by its job id.",
      inputSchema: { job_id: z.string().describe("From process_document's answer.") },
      outputSchema: { status, job: Job.optional(), message },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ job_id }, context) => {
      const { value } = await jobs.get(context, { key: job_id });
      if (!value) return structured({ status: "error", message: `There is no job ${job_id}.` });
      return structured({ status: "success", job: Job.parse(fromBytes(value)) });
    },
  );
}

async function reportProgress(context: DurableContext, step: Step): Promise<void> {
  const progress = STEPS.indexOf(step);
  await context.notify({
    method: "notifications/progress",
    params: { progress, total: STEPS.length, message: step },
  });
}

function explain(error: unknown): { text: string; retryable: boolean } {
  if (error instanceof NetworkError) {
    return { text: `A service is unavailable; retry later. ${error.message}`, retryable: true };
  }
  if (error instanceof AtMostOnceFailedBeforeCompleting) {
    return { text: `An earlier try failed. ${error.cause.message}`, retryable: false };
  }
  if (error instanceof InvalidDocumentError || error instanceof QuotaExceededError) {
    return { text: `${error.name}: ${error.message}`, retryable: false };
  }
  throw error;
}
