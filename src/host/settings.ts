/** What a person sets for a server, as plain data: it survives a reload and shows in every page. */
import { z } from "zod";
import { FAULT_KINDS, FAULT_POINTS } from "../durable/index.ts";

const count = z.number().int().positive();

const matchSchema = z.strictObject({
  tool: z.string().optional(),
  alias: z.string().optional(),
  map: z.string().optional(),
  service: z.string().optional(),
});

export const faultSchema = z
  .strictObject({
    point: z.enum(FAULT_POINTS),
    match: matchSchema.optional(),
    kind: z.enum(FAULT_KINDS),
    when: z.union([
      z.strictObject({ nth: count }),
      z.strictObject({ first: count }),
      z.strictObject({ every: z.literal(true) }),
      z.strictObject({ probability: z.number().min(0).max(1) }),
    ]),
    error: z.string().optional(),
    ms: z.number().min(0).optional(),
  })
  // What a plan would refuse: kept settings that hold it would keep the page from its database.
  .refine(({ kind, ms }) => kind !== "latency" || ms !== undefined, "a latency needs ms");

export type PlannedFault = z.infer<typeof faultSchema>;

export const settingsSchema = z.object({
  guards: z.enum(["on", "off"]).default("on"),
  resume: z.enum(["automatic", "hold"]).default("automatic"),
  /** Every at-least-once callable is run twice, and what differs is reported. */
  effectValidation: z.boolean().default(false),
  /** `skip`: retry delays and latencies take no time. */
  delays: z.enum(["real", "skip"]).default("real"),
  /** How long a simulated service takes to answer, in milliseconds. */
  latencyMs: z.number().min(0).default(0),
  /** What of the services' simulations is changed, by the names of effects. */
  simulations: z
    .record(
      z.string(),
      z.strictObject({
        answers: z.array(z.unknown()).min(1).optional(),
        latencyMs: z.number().min(0).optional(),
        failureRate: z.number().min(0).max(1).optional(),
      }),
    )
    .default({}),
  /** How many calls, the newest, keep their recording; absent for all. */
  keepRecordings: count.optional(),
  /** Tool calls to make again, by names that are each there once. */
  savedCalls: z
    .array(
      z.object({ name: z.string(), tool: z.string(), args: z.record(z.string(), z.unknown()) }),
    )
    .default([]),
  /** Where calls wait for the person. */
  breakpoints: z
    .array(
      z.strictObject({
        point: z.enum([...FAULT_POINTS, "every point"]),
        match: matchSchema.optional(),
      }),
    )
    .default([]),
  plan: z
    .object({
      name: z.string(),
      /** Each counts its hits under its own id, so that adding or removing one leaves the others as they are. */
      faults: z.array(z.object({ id: z.string(), fault: faultSchema })).min(1),
    })
    .optional(),
});

export type SavedCall = Settings["savedCalls"][number];

export type Settings = z.infer<typeof settingsSchema>;

export const SETTINGS_KEY = "playground";
