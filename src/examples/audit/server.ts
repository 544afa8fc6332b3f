/** Audit logs: a wrapper that logs every execution, entries by hand, and queries by time. */
import { z } from "zod";
import { audit, auditMap, fromBytes, uuidv7Upper } from "../../durable/index.ts";
import { structured, type DurableMcpServer } from "../../mcp/index.ts";
import { stableId } from "../stable-id.ts";

const OPERATIONS = "user_operations";
const SECURITY = "security_events";
/** The last millisecond that a UUIDv7 can tell. */
const LAST_MS = 2 ** 48 - 1;

const status = z.enum(["success", "error"]);
const message = z.string().optional();
const Entry = z.object({
  tool: z.string(),
  inputs: z.unknown().optional(),
  outputs: z.unknown().optional(),
  error: z.string().optional(),
  success: z.boolean().optional(),
  durationSeconds: z.number().optional(),
  timestamp: z.number(),
  data: z.unknown().optional(),
});
/** So a client can offer a date and a time for it. */
const UNIX_MS = "unix-ms";
const milliseconds = z.number().int().min(0).optional();

export default function register(server: DurableMcpServer): void {
  server.registerTool(
    "create_user",
    {
      title: "Create a user",
      description: "Creates a user. The same name and email give the same user id.",
      inputSchema: {
        name: z
          .string()
          .min(1)
          .meta({ description: "The user's full name.", examples: ["Ada Lovelace"] }),
        email: z.email().meta({ description: "Where to write.", examples: ["ada@example.com"] }),
      },
      outputSchema: {
        status,
        user_id: z.string().optional(),
        name: z.string().optional(),
        email: z.string().optional(),
        message,
      },
      annotations: { destructiveHint: false, idempotentHint: false, openWorldHint: false },
    },
    audit(OPERATIONS, ({ name, email }) =>
      structured({ status: "success", user_id: stableId("user", name, email), name, email }),
    ),
  );

  server.registerTool(
    "delete_user",
    {
      title: "Delete a user",
      description: "Deletes a user, and says why in the security log.",
      inputSchema: {
        user_id: z
          .string()
          .min(1)
          .meta({ description: "From create_user's answer.", examples: ["user_1"] }),
        reason: z.string().optional().describe("Why; it is written to the security log."),
      },
      outputSchema: { status, user_id: z.string().optional(), message },
      annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: false },
    },
    audit(OPERATIONS, async ({ user_id, reason }, context) => {
      await audit.log(SECURITY, context, { event: "user_deleted", user_id, reason });
      return structured({ status: "success", user_id });
    }),
  );

  server.registerTool(
    "update_user",
    {
      title: "Update a user",
      description:
        "Changes fields of a user. A change of the role is written to the security log, too.",
      inputSchema: {
        user_id: z
          .string()
          .min(1)
          .meta({ description: "From create_user's answer.", examples: ["user_1"] }),
        updates: z
          .record(z.string(), z.unknown())
          .meta({ description: "Each field with its new value.", examples: [{ role: "admin" }] }),
      },
      outputSchema: {
        status,
        user_id: z.string().optional(),
        updated_fields: z.array(z.string()).optional(),
        message,
      },
      annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: false },
    },
    audit(OPERATIONS, async ({ user_id, updates }, context) => {
      if (Object.hasOwn(updates, "role")) {
        const change = { event: "role_change", user_id, role: updates["role"] };
        await audit.log(SECURITY, context, change);
      }
      return structured({ status: "success", user_id, updated_fields: Object.keys(updates) });
    }),
  );

  server.registerTool(
    "get_audit_log",
    {
      title: "Read an audit log",
      description:
        `Lists entries of ${OPERATIONS} or ${SECURITY}, newest first, from begin (inclusive) to ` +
        "end (exclusive), in milliseconds since 1970.",
      inputSchema: {
        log_name: z
          .string()
          .min(1)
          .meta({ description: `${OPERATIONS} or ${SECURITY}.`, examples: [OPERATIONS, SECURITY] }),
        begin: milliseconds.meta({
          description: "The first millisecond since 1970 to list.",
          format: UNIX_MS,
        }),
        end: milliseconds.meta({
          description: "The millisecond since 1970 before which to stop.",
          format: UNIX_MS,
        }),
        limit: z.number().int().positive().default(100).describe("How many at the most."),
      },
      outputSchema: {
        status,
        log_name: z.string().optional(),
        count: z.number().optional(),
        entries: z.array(Entry).optional(),
        message,
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ log_name, begin = 0, end = LAST_MS + 1, limit }, context) => {
      const first = Math.min(end, LAST_MS + 1) - 1;
      const isEmpty = begin > first;
      const { entries } = isEmpty
        ? { entries: [] }
        : await auditMap(log_name).reverseRange(context, {
            startKey: uuidv7Upper(first),
            // The greatest id of the millisecond before is left out, and all that is smaller.
            ...(begin === 0 ? {} : { endKey: uuidv7Upper(begin - 1) }),
            limit,
          });
      return structured({
        status: "success",
        log_name,
        count: entries.length,
        entries: entries.map(({ value }) => Entry.parse(fromBytes(value))),
      });
    },
  );
}
