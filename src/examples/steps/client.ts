/** Runs the two-step server end to end. */
import type { ClientScript } from "../client-script.ts";

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();

  script.heading("A user and a profile, in two steps");
  const args = { username: "ada", email: "ada@example.com", bio: "First programmer" };
  const created = await script.call("create_user_with_profile", args);
  const { user_id, profile_id } = created.structuredContent ?? {};

  script.heading("The same call again: both steps are answered from the store");
  await script.call("create_user_with_profile", args, created.invocation);

  script.heading("A step that is not the same when run twice");
  await script.call("create_invite", { username: "ada" });

  script.heading("What was stored");
  await script.call("get_user", { user_id });
  await script.call("get_profile", { profile_id });
  await script.call("get_user", { user_id: "user_unknown" });
  await script.call("get_profile", { profile_id: "profile_unknown" });
}
