/** A glossary: terms by name, by time and by category, each an index that a range can read. */
import { z } from "zod";
import {
  atLeastOnce,
  fromBytes,
  SortedMap,
  toBytes,
  uuidv7Time,
  type DurableContext,
  type SortedMapEntry,
} from "../../durable/index.ts";
import { structured, type DurableMcpServer } from "../../mcp/index.ts";
import { fold } from "./fold.ts";

const Term = z.object({
  term: z.string(),
  definition: z.string(),
  category: z.string(),
  examples: z.array(z.string()),
  timestamp: z.number(),
});
/** A term as it is stored: with its key in the index by time. */
const Stored = Term.extend({ added: z.string() });
type Stored = z.infer<typeof Stored>;

const status = z.enum(["success", "error"]);
const message = z.string().optional();
const count = z.number().optional();
const termList = z.array(Term).optional();
/** The separator of the category index must not stand in a name. */
const name = z
  .string()
  .min(1)
  .refine((text) => !text.includes("\u0000"), "must not hold the character U+0000");
const limit = z.number().int().positive().describe("How many terms at the most.");

/** By the folded term. */
const terms = SortedMap.ref("terms");
/** By UUIDv7: the folded term that was added then. */
const recent = SortedMap.ref("recent");
/** By folded category and folded term. */
const categories = SortedMap.ref("categories");

const readOnly = { readOnlyHint: true, openWorldHint: false };

export default function register(server: DurableMcpServer): void {
  server.registerTool(
    "add_term",
    {
      title: "Add a term",
      description:
        "Adds a term, or replaces it: letter case makes no other term. It becomes the newest of " +
        "recent_terms.",
      inputSchema: {
        term: name.meta({ description: "The term, as it is written.", examples: ["Durable"] }),
        definition: z
          .string()
          .min(1)
          .meta({ description: "What it means.", examples: ["Lasting; not lost in a crash."] }),
        category: name.default("general").describe("What to browse it by."),
        examples: z.array(z.string()).optional().describe("Sentences that use it."),
      },
      outputSchema: {
        status,
        term: z.string().optional(),
        timestamp: z.number().optional(),
        message,
      },
      annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: false },
    },
    async ({ term, definition, category, examples = [] }, context) => {
      // Settled once: a retry after a crash goes by it, not by what it wrote itself.
      const replaced = await atLeastOnce("find", context, (context) => find(context, term), {
        schema: Stored.optional(),
      });
      // The invocation's id is a UUIDv7 that every execution shares.
      const added = context.invocationId;
      const timestamp = uuidv7Time(added);
      const stored: Stored = { term, definition, category, examples, timestamp, added };
      const key = fold(term);
      if (replaced) await unindex(context, replaced);
      await terms.insert(context, { entries: { [key]: toBytes(stored) } });
      // Where another call has replaced or removed it while this one was interrupted, no index has it.
      const current = await find(context, term);
      if (current?.added === added) {
        await recent.insert(context, { entries: { [added]: toBytes(key) } });
        await categories.insert(context, {
          entries: { [categoryKey(category, term)]: toBytes(key) },
        });
      }
      return structured({ status: "success", term, timestamp });
    },
  );

  server.registerTool(
    "define",
    {
      title: "Define a term",
      description: "Finds a term, in any letter case.",
      inputSchema: {
        term: name.meta({ description: "In any letter case.", examples: ["durable"] }),
      },
      outputSchema: { status, term: Term.optional(), message },
      annotations: readOnly,
    },
    async ({ term }, context) => {
      const stored = await find(context, term);
      if (!stored) return structured(notFound(term));
      return structured({ status: "success", term: Term.parse(stored) });
    },
  );

  server.registerTool(
    "remove_term",
    {
      title: "Remove a term",
      description: "Removes a term from all indexes.",
      inputSchema: {
        term: name.meta({ description: "In any letter case.", examples: ["durable"] }),
      },
      outputSchema: { status, message },
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ term }, context) => {
      const stored = await atLeastOnce("find", context, (context) => find(context, term), {
        schema: Stored.optional(),
      });
      if (!stored) return structured(notFound(term));
      await unindex(context, stored);
      await terms.remove(context, { keys: [fold(term)] });
      return structured({ status: "success", message: `Removed ${stored.term}.` });
    },
  );

  server.registerTool(
    "list_terms",
    {
      title: "List terms",
      description: "Lists terms in order, from start_with on.",
      inputSchema: {
        start_with: z.string().optional().describe("The first term to list; all without it."),
        limit: limit.default(50),
      },
      outputSchema: { status, count, terms: termList, message },
      annotations: readOnly,
    },
    async ({ start_with, limit }, context) => {
      const startKey = start_with === undefined ? {} : { startKey: fold(start_with) };
      const { entries } = await terms.range(context, { ...startKey, limit });
      return structured({ status: "success", ...list(entries) });
    },
  );

  server.registerTool(
    "search_terms",
    {
      title: "Search terms",
      description: "Finds the terms that begin with a prefix, in any letter case and script.",
      inputSchema: {
        prefix: z.string().meta({ description: "How the terms begin.", examples: ["du"] }),
        limit: limit.default(20),
      },
      outputSchema: { status, prefix: z.string().optional(), count, terms: termList, message },
      annotations: readOnly,
    },
    async ({ prefix, limit }, context) => {
      const { entries } = await terms.range(context, { prefix: fold(prefix), limit });
      return structured({ status: "success", prefix, ...list(entries) });
    },
  );

  server.registerTool(
    "browse_category",
    {
      title: "Browse a category",
      description: "Lists the terms of a category in order, by an index rather than a scan.",
      inputSchema: {
        category: name.meta({ description: "In any letter case.", examples: ["general"] }),
        limit: limit.default(50),
      },
      outputSchema: { status, category: z.string().optional(), count, terms: termList, message },
      annotations: readOnly,
    },
    async ({ category, limit }, context) => {
      const prefix = categoryKey(category, "");
      const { entries } = await categories.range(context, { prefix, limit });
      const found = await lookUp(context, entries, (stored) =>
        categoryKey(stored.category, stored.term),
      );
      return structured({
        status: "success",
        category,
        count: found.length,
        terms: found.map((stored) => Term.parse(stored)),
      });
    },
  );

  server.registerTool(
    "recent_terms",
    {
      title: "Recent terms",
      description: "Lists the terms that were added last, newest first.",
      inputSchema: { limit: limit.default(20) },
      outputSchema: {
        status,
        count,
        recent_terms: z.array(Term.extend({ added_at: z.number() })).optional(),
        message,
      },
      annotations: readOnly,
    },
    async ({ limit }, context) => {
      const { entries } = await recent.reverseRange(context, { limit });
      const found = await lookUp(context, entries, ({ added }) => added);
      return structured({
        status: "success",
        count: found.length,
        recent_terms: found.map((stored) => ({
          ...Term.parse(stored),
          added_at: uuidv7Time(stored.added),
        })),
      });
    },
  );
}

type Entries = readonly SortedMapEntry[];

function categoryKey(category: string, term: string): string {
  return `${fold(category)}\u0000${fold(term)}`;
}

function notFound(term: string): { status: "error"; message: string } {
  return { status: "error", message: `There is no term “${term}”.` };
}

async function find(context: DurableContext, term: string): Promise<Stored | undefined> {
  const { value } = await terms.get(context, { key: fold(term) });
  return value && Stored.parse(fromBytes(value));
}

/** Removes a term from the indexes that point at it. */
async function unindex(context: DurableContext, { added, category, term }: Stored): Promise<void> {
  await recent.remove(context, { keys: [added] });
  await categories.remove(context, { keys: [categoryKey(category, term)] });
}

function list(entries: Entries): { count: number; terms: z.infer<typeof Term>[] } {
  return {
    count: entries.length,
    terms: entries.map(({ value }) => Term.parse(fromBytes(value))),
  };
}

/**
 * The terms that entries of an index point at. The maps are not atomic with one another: an entry of
 * a term that another call has removed or replaced meanwhile is left out.
 */
async function lookUp(
  context: DurableContext,
  entries: Entries,
  keyOf: (stored: Stored) => string,
): Promise<Stored[]> {
  const found = await Promise.all(
    entries.map(async ({ key, value }) => {
      const stored = await find(context, z.string().parse(fromBytes(value)));
      return stored && keyOf(stored) === key ? stored : undefined;
    }),
  );
  return found.filter((stored) => stored !== undefined);
}
