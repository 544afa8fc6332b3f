/** Whether what a server sends is what it should be: it may send anything. */
import { z } from "zod";
import { FAULT_POINTS } from "../durable/index.ts";

const name = z.string().max(10_000);
const kind = z.enum(["atLeastOnce", "atMostOnce"]);

export const idSchema = z.string().max(100);

export const simulatedSchema = z
  .array(
    z.object({
      name,
      answers: z.array(z.unknown()).max(1000).optional(),
      latencyMs: z.number().optional(),
      failureRate: z.number().optional(),
    }),
  )
  .max(1000);

export const detailSchema = z.object({
  tool: name,
  alias: name.optional(),
  map: name.optional(),
  service: name.optional(),
});

export const passingSchema = detailSchema.extend({
  point: z.enum(FAULT_POINTS),
  invocation: idSchema,
  execution: z.int(),
  kind: kind.optional(),
  attempt: z.int().optional(),
  around: z.array(z.object({ alias: name, kind })).max(100),
});
