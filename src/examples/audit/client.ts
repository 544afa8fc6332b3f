/** Runs the audit server end to end: operations, then what the two logs say of them. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { callTool, listTools } from "../client-script.ts";
import type { Print } from "../example.ts";

export async function runClient(client: Client, print: Print): Promise<void> {
  await listTools(client, print);

  print({ kind: "heading", text: "Operations on users: each leaves an entry" });
  const ada = { name: "Ada Lovelace", email: "ada@example.com" };
  const created = await callTool(client, print, "create_user", ada);
  const user_id = String(created.structuredContent?.["user_id"]);
  await callTool(client, print, "update_user", { user_id, updates: { name: "Ada King" } });

  print({ kind: "heading", text: "A change of the role is written to the security log, too" });
  await callTool(client, print, "update_user", { user_id, updates: { role: "admin" } });
  await callTool(client, print, "delete_user", { user_id, reason: "Asked for it" });

  print({ kind: "heading", text: "The logs, newest first" });
  const log = await callTool(client, print, "get_audit_log", { log_name: "user_operations" });
  await callTool(client, print, "get_audit_log", { log_name: "security_events" });

  print({ kind: "heading", text: "A time range: everything before the newest operation" });
  const entries = (log.structuredContent?.["entries"] ?? []) as { timestamp: number }[];
  const end = entries[0]?.timestamp ?? 0;
  await callTool(client, print, "get_audit_log", { log_name: "user_operations", end });
  await callTool(client, print, "get_audit_log", { log_name: "user_operations", begin: end });
}
