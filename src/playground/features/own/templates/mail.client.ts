/** Sends a mail, and sends it again as a retry: it goes out once. */
import type { ClientScript } from "durable-mcp-playground";

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();

  script.heading("A mail");
  const mail = { to: "ada@example.com", text: "Hello" };
  const { invocation } = await script.call("send_mail", mail);

  script.heading("The same mail again, as a retry: what is stored answers");
  await script.call("send_mail", mail, invocation);
}
