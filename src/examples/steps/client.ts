/** Runs the two-step server end to end. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { callTool, listTools } from "../client-script.ts";
import type { Print } from "../example.ts";

export async function runClient(client: Client, print: Print): Promise<void> {
  await listTools(client, print);

  print({ kind: "heading", text: "A user and a profile, in two steps" });
  const args = { username: "ada", email: "ada@example.com", bio: "First programmer" };
  const created = await callTool(client, print, "create_user_with_profile", args);
  const { user_id, profile_id } = created.structuredContent ?? {};

  print({ kind: "heading", text: "The same call again: both steps are answered from the store" });
  await callTool(client, print, "create_user_with_profile", args, created.invocation);

  print({ kind: "heading", text: "A step that is not the same when run twice" });
  await callTool(client, print, "create_invite", { username: "ada" });

  print({ kind: "heading", text: "What was stored" });
  await callTool(client, print, "get_user", { user_id });
  await callTool(client, print, "get_profile", { profile_id });
  await callTool(client, print, "get_user", { user_id: "user_unknown" });
  await callTool(client, print, "get_profile", { profile_id: "profile_unknown" });
}
