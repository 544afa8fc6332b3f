/** Runs the document server end to end. */
import type { ClientScript } from "../client-script.ts";

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();

  script.heading("A document is uploaded and processed, step by step");
  const content = "Dear Ada, thank you for the engine.";
  await script.call("upload_file", { file_id: "letter", content });
  const job = { file_id: "letter", target_language: "de" };
  const done = await script.call("process_document", job);

  script.heading("The same call again: nothing is read or translated twice");
  await script.call("process_document", job, done.invocation);
  const job_id = String(done.structuredContent?.["job_id"]);
  await script.call("get_job_status", { job_id });

  script.heading("A document without text, and one that is too large");
  await script.call("upload_file", { file_id: "blank", content: " " });
  await script.call("process_document", { file_id: "blank" });
  await script.call("upload_file", { file_id: "novel", content: "word ".repeat(2001) });
  await script.call("process_document", { file_id: "novel" });

  script.heading("What is not there");
  await script.call("process_document", { file_id: "unknown" });
  await script.call("get_job_status", { job_id: "job_unknown" });
}
