import type { BenchMemory, BenchSample } from '../../model/xfrm-bench.ts';
import { emptyOperation } from '../../model/xfrm-bench-catalogue.ts';
import { type EmptyCost, emptyCostOf } from '../../results/xfrm-bench/point.ts';
import type { TimedLine } from '../../suites/timed-command.ts';

/** Repeats of one operation. */
export interface Repeats {
  readonly units: number;
  readonly samples: readonly BenchSample[];
}

/** What the lines of guest/xfrm-bench say. */
export interface Findings {
  readonly operations: ReadonlyMap<string, Repeats>;
  readonly empty: EmptyCost;
  readonly memory?: Pick<BenchMemory, 'kib' | 'slabs'>;
  /** Why the kernel has no such entries. */
  readonly unsupported?: string;
  /** The operation that was under way at the end, and whether what had to be there for it was made. */
  readonly open?: { readonly operation: string; readonly begun: boolean };
}

interface Timed {
  readonly kernelMs: number;
  readonly labMs: number;
}

const us = (ms: number): number => Math.round(ms * 1000);

/** Reads the lines one by one. */
class Reader {
  readonly operations = new Map<string, { units: number; samples: BenchSample[] }>();
  readonly slabs: BenchMemory['slabs'][number][] = [];
  kib: number | undefined;
  unsupported: string | undefined;
  open: Findings['open'];
  #begun: Timed | undefined;
  #done: (Timed & { readonly units: number }) | undefined;

  readonly #words: Readonly<Record<string, (rest: string, at: Timed) => void>> = {
    next: (rest) => {
      this.open = { operation: nameIn(rest), begun: false };
    },
    begin: (rest, at) => {
      this.open = { operation: nameIn(rest), begun: true };
      this.#begun = at;
    },
    done: (rest, at) => {
      this.#done = { ...at, units: numberIn(rest, 'units') };
    },
    settled: (rest, at) => this.#settle(nameIn(rest), at),
    memory: (rest) => {
      // Later repeats reuse the pages of those before them.
      this.kib ??= numberIn(rest, 'kib');
    },
    slab: (rest) => {
      const slab = { name: nameIn(rest), objects: numberIn(rest, 'objects'), bytes: numberIn(rest, 'bytes') };
      if (!this.slabs.some(({ name }) => name === slab.name)) this.slabs.push(slab);
    },
    unsupported: (rest) => {
      this.unsupported = rest;
    },
  };

  /** Behind `next` comes `begin`, also where only the time of a line is known. */
  take({ text, kernelMs = 0, labMs = 0 }: TimedLine): void {
    const [word = ''] = text.split(' ', 1);
    if (text === '' && this.open !== undefined) this.open = { ...this.open, begun: true };
    this.#words[word]?.(text.slice(word.length + 1), { kernelMs, labMs });
  }

  #settle(name: string, at: Timed): void {
    const [begun, done] = [this.#begun, this.#done];
    this.open = undefined;
    this.#begun = undefined;
    this.#done = undefined;
    if (begun === undefined || done === undefined) return;
    const known = this.operations.get(name) ?? { units: done.units, samples: [] };
    known.samples.push({
      kernelUs: us(done.kernelMs - begun.kernelMs),
      laterUs: us(at.kernelMs - done.kernelMs),
      labUs: us(done.labMs - begun.labMs),
    });
    this.operations.set(name, known);
  }
}

function nameIn(rest: string): string {
  return rest.split(' ', 1)[0] ?? '';
}

function numberIn(rest: string, key: string): number {
  return Number(new RegExp(`\\b${key}=(-?\\d+)`).exec(rest)?.[1] ?? 0);
}

/** What a lab of the bench found out. */
export function findingsIn(lines: readonly TimedLine[]): Findings {
  const reader = new Reader();
  for (const line of lines) reader.take(line);
  const { operations, kib, slabs, unsupported, open } = reader;
  const empty = operations.get(emptyOperation)?.samples ?? [];
  operations.delete(emptyOperation);
  return {
    operations,
    empty: emptyCostOf(empty),
    ...(kib !== undefined && { memory: { kib, slabs } }),
    ...(unsupported !== undefined && { unsupported }),
    ...(open && { open }),
  };
}
