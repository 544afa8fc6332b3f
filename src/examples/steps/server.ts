/** Two steps, each at least once: a crash between them repeats only the second. */
import { z } from "zod";
import { atLeastOnce, fromBytes, SortedMap, toBytes, uuidv7 } from "../../durable/index.ts";
import { structured, type DurableMcpServer } from "../../mcp/index.ts";
import { stableId } from "../stable-id.ts";

const User = z.object({ user_id: z.string(), username: z.string(), email: z.string() });
const Profile = z.object({
  profile_id: z.string(),
  user_id: z.string(),
  bio: z.string().optional(),
  avatar_url: z.string().optional(),
});
const status = z.enum(["success", "error"]);
const message = z.string().optional();

const users = SortedMap.ref("users");
const profiles = SortedMap.ref("profiles");

export default function register(server: DurableMcpServer): void {
  server.registerTool(
    "create_user_with_profile",
    {
      title: "Create a user with a profile",
      description:
        "Creates a user, then the user's profile. If it fails half-way, a retry with the same " +
        "invocation id goes on where it stopped.",
      inputSchema: {
        username: z
          .string()
          .min(1)
          .meta({ description: "The name to log in with.", examples: ["ada"] }),
        email: z.email().meta({ description: "Where to write.", examples: ["ada@example.com"] }),
        bio: z.string().optional().describe("A few words for the profile."),
        avatar_url: z.url().optional().describe("A picture for the profile."),
      },
      outputSchema: {
        status,
        user_id: z.string().optional(),
        profile_id: z.string().optional(),
        message,
      },
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ username, email, bio, avatar_url }, context) => {
      const user_id = await atLeastOnce(
        "create_user",
        context,
        async (context) => {
          const user = { user_id: stableId("user", username, email), username, email };
          await users.insert(context, { entries: { [user.user_id]: toBytes(user) } });
          return user.user_id;
        },
        { schema: z.string() },
      );
      const profile_id = await atLeastOnce(
        "create_profile",
        context,
        async (context) => {
          const profile = { profile_id: stableId("profile", user_id), user_id, bio, avatar_url };
          await profiles.insert(context, { entries: { [profile.profile_id]: toBytes(profile) } });
          return profile.profile_id;
        },
        { schema: z.string() },
      );
      return structured({ status: "success", user_id, profile_id });
    },
  );

  server.registerTool(
    "create_invite",
    {
      title: "Create an invite",
      description:
        "Makes an invite code for a user. Its callable draws the code at random, so run twice it " +
        "does not do the same: effect validation reports it.",
      inputSchema: {
        username: z
          .string()
          .min(1)
          .meta({ description: "Whom to invite.", examples: ["ada"] }),
      },
      outputSchema: { status, code: z.string().optional(), message },
      annotations: { destructiveHint: false, idempotentHint: false, openWorldHint: false },
    },
    async ({ username }, context) => {
      const code = await atLeastOnce("draw_code", context, () => `${username}-${uuidv7()}`, {
        schema: z.string(),
      });
      return structured({ status: "success", code });
    },
  );

  server.registerTool(
    "get_user",
    {
      title: "Get a user",
      description: "Finds a user by id.",
      inputSchema: { user_id: z.string().describe("From create_user_with_profile's answer.") },
      outputSchema: { status, user: User.optional(), message },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ user_id }, context) => {
      const { value } = await users.get(context, { key: user_id });
      if (!value) return structured({ status: "error", message: `There is no user ${user_id}.` });
      return structured({ status: "success", user: User.parse(fromBytes(value)) });
    },
  );

  server.registerTool(
    "get_profile",
    {
      title: "Get a profile",
      description: "Finds a profile by id.",
      inputSchema: { profile_id: z.string().describe("From create_user_with_profile's answer.") },
      outputSchema: { status, profile: Profile.optional(), message },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ profile_id }, context) => {
      const { value } = await profiles.get(context, { key: profile_id });
      if (!value) {
        return structured({ status: "error", message: `There is no profile ${profile_id}.` });
      }
      return structured({ status: "success", profile: Profile.parse(fromBytes(value)) });
    },
  );
}
