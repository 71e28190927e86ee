import { z } from 'zod';

/** Version of what farm, workers and drivers send each other. Raised by every change that an older side would misread. */
export const protocol = 1;

/** Headers of every request. */
export const headers = { protocol: 'espalier-protocol', session: 'espalier-session' } as const;

/** What a worker's packed attempt may weigh, bytes. */
export const largestResult = 256 * 1024 * 1024;

/** Seconds without a heartbeat after which a job counts as lost, and between two heartbeats. */
export const heartbeat = { lostAfter: 12, every: 3 } as const;

/** Seconds for which a request may be held open until there is an answer. */
export const holdSeconds = 20;

/** Milliseconds without a byte after which a connection counts as cut. Held requests are answered well before. */
export const silenceMs = 60_000;

const text = z.string().max(4096);
const count = z.number().int().nonnegative();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** A label of a worker, that runs can ask for. */
export const labelPattern = /^[\w.:/@+=-]{1,200}$/;
export const labelRule = 'up to 200 letters, digits and .:/@+=_- are expected';
const label = z.string().regex(labelPattern);

/** A content, by the SHA-256 of its bytes. */
export const blobSchema = z.object({ sha256: hash, size: count });
export type Blob = z.infer<typeof blobSchema>;

export const keySchema = z.object({ suite: text, name: text, attempt: count });
/** Which attempt of a run. */
export type Key = z.infer<typeof keySchema>;

/** A key as one text, for maps. */
export function textOfKey({ suite, name, attempt }: Key): string {
  return JSON.stringify([suite, name, attempt]);
}

export const runIdSchema = z.string().regex(/^[\w.-]{1,100}$/);

/** A run as its driver opens it. */
export const openRunSchema = z.object({
  id: runIdSchema,
  /** What a worker must have for this Espalier and this run. */
  needs: z.array(label).max(50),
  /** Labels that a worker must have besides; absent: as when the run was opened last. */
  labels: z.array(label).max(50).optional(),
  /** Attempts of one test go to different machines; absent: as when the run was opened last. */
  spread: z.boolean().optional(),
});
export type OpenRun = z.infer<typeof openRunSchema>;

const jobSchema = keySchema.extend({
  /** The blob that says how the attempt is made. */
  order: hash,
  /** Expected wall milliseconds: the longest goes first. */
  weight: count.max(2_000_000_000),
  /** Wall seconds after which whoever makes it is taken for stuck. */
  expireSeconds: z.number().int().min(10).max(86_400),
  /** Number of a result that is not wanted: it is deleted, and the attempt made again. */
  replaces: count.optional(),
  /** The attempt before it is at the farm, or comes there: where attempts are spread, this one waits until that one has a machine. */
  follows: z.boolean().optional(),
});
export type Job = z.infer<typeof jobSchema>;
export const jobsSchema = z.object({ jobs: z.array(jobSchema).max(1000) });

/** Contents: those that a driver asks for, and those of them that the farm lacks. */
export const blobsSchema = z.object({ blobs: z.array(hash).max(10_000) });

/** Trouble as it travels: an `EspalierError`. */
export const troubleSchema = z.object({
  fault: z.enum(['usage', 'scenario', 'guest', 'infrastructure', 'cancelled', 'bug']),
  message: z.string().max(100_000),
  detail: z
    .object({ file: text, line: z.number(), host: text, command: text, remedy: text, output: z.string().max(100_000) })
    .partial(),
});
export type Trouble = z.infer<typeof troubleSchema>;

const outcomeSchema = z.discriminatedUnion('kind', [
  /** The attempt was made and judged; the blob holds its folder. */
  z.object({ kind: z.literal('made'), blob: blobSchema, word: text }),
  /** It could not be made. */
  z.object({ kind: z.literal('trouble'), trouble: troubleSchema }),
]);
/** What became of an attempt. */
export type Outcome = z.infer<typeof outcomeSchema>;

const resultSchema = keySchema.extend({
  /** From 1, in the order of their coming; one that was replaced leaves a gap. */
  number: z.number().int().min(1),
  worker: text,
  /** The worker's. */
  machine: text,
  outcome: outcomeSchema,
});
export type FarmResult = z.infer<typeof resultSchema>;
export const resultsSchema = z.object({ results: z.array(resultSchema) });

/** A worker as it presents itself. */
export const workerSchema = z.object({
  name: z.string().regex(/^[\w.@:-]{1,200}$/),
  /** Workers of one machine have the same. */
  machine: z.string().min(1).max(200),
  slots: z.number().int().min(1).max(1024),
  labels: z.array(label).max(100),
});
export type WorkerInfo = z.infer<typeof workerSchema>;
export const sessionSchema = z.object({ session: z.string() });

/** A job that a worker is to do. */
export const leaseSchema = z.object({
  lease: z.uuid(),
  run: runIdSchema,
  key: keySchema,
  order: hash,
  /** It shows whether the worker's machine is well; its result is not wanted. */
  canary: z.boolean(),
});
export type Lease = z.infer<typeof leaseSchema>;
export const pulledSchema = z.object({ lease: leaseSchema.optional() });

export const beatSchema = z.object({ leases: z.array(z.uuid()).max(2000) });
/** Leases that are the worker's no longer: lost, cancelled, or taken over. */
export const beatenSchema = z.object({ gone: z.array(z.uuid()) });

export const doneSchema = z.object({ outcome: outcomeSchema });
/** False: the lease was another's or nobody's by then, and the outcome is dropped. */
export const acceptedSchema = z.object({ accepted: z.boolean() });

export const faultSchema = z.object({ reason: text });

export const statusSchema = z.object({
  espalier: text,
  workers: z.array(
    z.object({
      name: text,
      machine: text,
      slots: count,
      busy: count,
      health: text,
      done: count,
      silentSeconds: z.number(),
    }),
  ),
  runs: z.array(
    z.object({
      id: text,
      state: text,
      waiting: count,
      leased: count,
      done: count,
      /** Of its workers; a run without any waits for ever. */
      able: count,
      /** Seconds for which its oldest job has been under way. */
      oldestSeconds: z.number(),
    }),
  ),
  /** Results of the last minute. */
  perMinute: count,
  tallies: z.record(text, count),
});
/** The farm at a moment. */
export type FarmStatus = z.infer<typeof statusSchema>;

export const helloSchema = z.object({ protocol: z.number(), espalier: text, role: z.enum(['worker', 'driver']) });

export const errorSchema = z.object({ error: z.string() });
