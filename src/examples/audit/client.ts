/** Runs the audit server end to end: operations, then what the two logs say of them. */
import type { ClientScript } from "../client-script.ts";

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();

  script.heading("Operations on users: each leaves an entry");
  const ada = { name: "Ada Lovelace", email: "ada@example.com" };
  const created = await script.call("create_user", ada);
  const user_id = String(created.structuredContent?.["user_id"]);
  await script.call("update_user", { user_id, updates: { name: "Ada King" } });

  script.heading("A change of the role is written to the security log, too");
  await script.call("update_user", { user_id, updates: { role: "admin" } });
  await script.call("delete_user", { user_id, reason: "Asked for it" });

  script.heading("The logs, newest first");
  const log = await script.call("get_audit_log", { log_name: "user_operations" });
  await script.call("get_audit_log", { log_name: "security_events" });

  script.heading("Time ranges: before the millisecond of the newest operation, and from it on");
  const entries = (log.structuredContent?.["entries"] ?? []) as { timestamp: number }[];
  const end = entries[0]?.timestamp ?? 0;
  await script.call("get_audit_log", { log_name: "user_operations", end });
  await script.call("get_audit_log", { log_name: "user_operations", begin: end });
}
