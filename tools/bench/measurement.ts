import { EspalierError } from '../../src/base/errors.ts';

/** Ratios of pairs of neighbours in time: this tree's CPU by the other's. */
export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What a lab cost. */
export interface LabMeasurement {
  /** CPU of the lab's processes. */
  readonly lab: Ratio;
  /** CPU of the whole command: driver, judge and sanitizers as well. */
  readonly command: Ratio;
  /** Of this tree, medians, ms of CPU. */
  readonly labCpuMs: number;
  readonly commandCpuMs: number;
  /** Of this tree, from `attempt.json`; absent where it does not count yet. */
  readonly handOvers?: number;
  readonly pageFaults?: number;
}

/** A commit as a measurement names it. */
export interface MeasuredCommit {
  readonly hash: string;
  readonly subject: string;
  readonly date: string;
  /** The tree holds changes beside it. */
  readonly changed: boolean;
}

/** One line of the file that `npm run bench -- --against` appends to. */
export interface Measurement {
  readonly version: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly commit: MeasuredCommit;
  readonly against: MeasuredCommit;
  readonly rounds: number;
  readonly machine: string;
  /** By `suite:name`. */
  readonly labs: Readonly<Record<string, LabMeasurement>>;
}

/** Median and extremes of `mine[i] / others[i]`. */
export function ratioOf(mine: readonly number[], others: readonly number[]): Ratio {
  const ratios = mine.map((value, index) => value / (others[index] ?? Number.NaN));
  return { median: middle(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}

/** Median; of an even count the mean of both in the middle. `NaN` of none. */
export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(at)] ?? Number.NaN) + (sorted[Math.ceil(at)] ?? Number.NaN)) / 2;
}

/** Reads the lines of such a file; a last line that was cut off is left out. Throws for a line of another version. */
export function readMeasurements(text: string): Measurement[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line) => {
    const one = JSON.parse(line) as Measurement;
    if (one.version !== 1)
      throw new EspalierError('infrastructure', `a measurement has the unknown version ${one.version}`);
    return one;
  });
}
