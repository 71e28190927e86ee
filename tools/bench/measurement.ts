import { z } from 'zod';

const number = z.number().nonnegative();
/** Ratios of pairs of neighbours in time: this tree's CPU by the other's. */
const ratio = z.object({ median: number, low: number, high: number });
export type Ratio = z.infer<typeof ratio>;

const labMeasurement = z.object({
  /** CPU of the lab's processes. */
  lab: ratio,
  /** CPU of the whole command: driver, judge and sanitizers as well. */
  command: ratio,
  /** Of this tree, medians, ms of CPU. */
  labCpuMs: number,
  commandCpuMs: number,
  /** Of this tree, from `attempt.json`; absent where it does not count yet. */
  handOvers: number.exactOptional(),
  pageFaults: number.exactOptional(),
});

/** A commit as a measurement names it; `changed`: the tree holds changes beside it. */
const commit = z.object({ hash: z.string(), subject: z.string(), date: z.string(), changed: z.boolean() });
export type MeasuredCommit = z.infer<typeof commit>;

/** One line of the file that `npm run bench -- --against` appends to. */
export const measurementSchema = z.object({
  version: z.literal(1),
  /** ISO 8601. */
  date: z.string(),
  commit,
  against: commit,
  rounds: number,
  machine: z.string(),
  /** By `suite:name`. */
  labs: z.record(z.string(), labMeasurement),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** Median and extremes of `mine[i] / others[i]`. Throws where there is no pair. */
export function ratioOf(mine: readonly number[], others: readonly number[]): Ratio {
  const ratios = mine.map((value, index) => value / (others[index] ?? Number.NaN)).sort((a, b) => a - b);
  return ratio.parse({ median: middle(ratios), low: ratios[0], high: ratios.at(-1) });
}

/** Median; of an even count the mean of both in the middle. `NaN` of none. */
export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(at)] ?? Number.NaN) + (sorted[Math.ceil(at)] ?? Number.NaN)) / 2;
}

/** Reads the lines of such a file; a last line that was cut off is left out. Throws for any other that is none. */
export function readMeasurements(text: string): Measurement[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line) => measurementSchema.parse(JSON.parse(line)));
}
