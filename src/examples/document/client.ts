/** Runs the document server end to end. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { callTool, listTools } from "../client-script.ts";
import type { Print } from "../example.ts";

export async function runClient(client: Client, print: Print): Promise<void> {
  await listTools(client, print);

  print({ kind: "heading", text: "A document is uploaded and processed, step by step" });
  const content = "Dear Ada, thank you for the engine.";
  await callTool(client, print, "upload_file", { file_id: "letter", content });
  const job = { file_id: "letter", target_language: "de" };
  const done = await callTool(client, print, "process_document", job);

  print({ kind: "heading", text: "The same call again: nothing is read or translated twice" });
  await callTool(client, print, "process_document", job, done.invocation);
  const job_id = String(done.structuredContent?.["job_id"]);
  await callTool(client, print, "get_job_status", { job_id });

  print({ kind: "heading", text: "A document without text, and one that is too large" });
  await callTool(client, print, "upload_file", { file_id: "blank", content: " " });
  await callTool(client, print, "process_document", { file_id: "blank" });
  await callTool(client, print, "upload_file", { file_id: "novel", content: "word ".repeat(2001) });
  await callTool(client, print, "process_document", { file_id: "novel" });

  print({ kind: "heading", text: "What is not there" });
  await callTool(client, print, "process_document", { file_id: "unknown" });
  await callTool(client, print, "get_job_status", { job_id: "job_unknown" });
}
