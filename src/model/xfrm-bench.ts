import { z } from 'zod';
import { count, type Of, text } from './schema.ts';
import { benchTables } from './xfrm-bench-catalogue.ts';

const time = z.number().nonnegative();

/** One repeat of an operation. CPU time, µs, with what the marks themselves cost. */
export const benchSampleSchema = z.object({
  /** Of the lab's kernel until the operation was done. */
  kernelUs: time,
  /** Of the lab's kernel afterwards: what it does later (work queues, RCU). */
  laterUs: time,
  /** Of the lab's kernel and of all processes of the guest, until the operation was done. */
  labUs: time,
});
export interface BenchSample extends Of<typeof benchSampleSchema> {}

export const benchPointSchema = z.object({
  /** Entries of the table. */
  count,
  /** What the operation did so many of. */
  units: count,
  samples: z.array(benchSampleSchema).min(1),
  /** Kernel CPU per unit, µs: of the operation and what came later, less what an empty one takes. Median, lowest and highest. */
  medianUs: time,
  lowestUs: time,
  highestUs: time,
});
/** What an operation costs at one count. */
export interface BenchPoint extends Of<typeof benchPointSchema> {}

export const benchCurveSchema = z.object({
  /** Index into `kernels`. */
  kernel: count,
  table: z.enum(benchTables),
  variant: text,
  operation: text,
  /** What one unit is. */
  per: z.enum(['entry', 'packet']),
  points: z.array(benchPointSchema),
  /** The count at which it took more CPU than is allowed, and how much of it was seen, ms; larger ones were not tried. */
  ended: z.object({ count, cpuMs: time, what: z.enum(['operation', 'preparation']) }).exactOptional(),
  /**
   * Exponent b of cost = a × countᵇ, from 1,000 entries on (100 where that leaves one count): over all counts, and between the last two. For an operation on each entry the cost
   * is that of all entries; for packets that of one packet.
   */
  slope: z.object({ all: z.number(), last: z.number() }).exactOptional(),
  /** `superlinear`: the cost of all entries grows faster than their number. `grows`: a packet's cost grows with the table. */
  flag: z.enum(['superlinear', 'grows']).exactOptional(),
});
/** What an operation costs by count. */
export interface BenchCurve extends Of<typeof benchCurveSchema> {}

export const benchMemorySchema = z.object({
  kernel: count,
  table: z.enum(benchTables),
  variant: text,
  count,
  /** Growth of SUnreclaim (proc_meminfo(5)) by adding all entries to a new lab's table. */
  kib: z.number(),
  bytesPerEntry: z.number(),
  /** Caches of XFRM afterwards, where the kernel has /proc/slabinfo. */
  slabs: z.array(z.object({ name: text, objects: count, bytes: count })),
});
export interface BenchMemory extends Of<typeof benchMemorySchema> {}

const benchKernelSchema = z.object({ name: text, id: text, sha256: text });

export const xfrmBenchSchema = z.object({
  version: z.literal(1),
  kernels: z.array(benchKernelSchema).min(1),
  /** What it ran on. */
  machine: z.object({ cpu: text, kernel: text }),
  /** CPU seconds after which an operation is not tried with more entries. */
  limitSeconds: time,
  curves: z.array(benchCurveSchema),
  memory: z.array(benchMemorySchema),
  /** What a kernel cannot do. */
  unsupported: z.array(z.object({ kernel: count, table: z.enum(benchTables), variant: text, reason: text })),
});
/** What `espalier bench xfrm` found out. */
export interface XfrmBench extends Of<typeof xfrmBenchSchema> {}
