import type { BenchCurve, BenchMemory, BenchPoint, XfrmBench } from '../../model/xfrm-bench.ts';
import type { BenchOperation, BenchVariant } from '../../model/xfrm-bench-catalogue.ts';
import { pointOf } from '../../results/xfrm-bench/point.ts';
import { slopeOf } from '../../results/xfrm-bench/slope.ts';
import type { CellResult } from './cell.ts';

/** Less would be the grain of a slab. */
const fewestForMemory = 1000;

/** Where a result belongs. */
export interface Place {
  readonly kernel: number;
  readonly variant: BenchVariant;
  readonly count: number;
}

interface Growing extends Pick<BenchCurve, 'kernel' | 'table' | 'variant' | 'operation' | 'per'> {
  readonly points: BenchPoint[];
  ended?: NonNullable<BenchCurve['ended']>;
}

/** Puts the results of cells together to curves, which grow from small counts to large ones. */
export class Curves {
  readonly #curves = new Map<string, Growing>();
  readonly #memory: BenchMemory[] = [];
  readonly #unsupported: XfrmBench['unsupported'][number][] = [];
  readonly #limitMs: number;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** The operations of a row that may be tried with more entries. */
  goOn(kernel: number, variant: BenchVariant, operations: readonly BenchOperation[]): readonly BenchOperation[] {
    const { table, name } = variant;
    if (this.#unsupported.some((one) => one.kernel === kernel && one.table === table && one.variant === name))
      return [];
    return operations.filter((operation) => this.#curves.get(keyOf(kernel, variant, operation))?.ended === undefined);
  }

  take({ kernel, variant, count }: Place, operations: readonly BenchOperation[], result: CellResult): void {
    const { table, name } = variant;
    const { unsupported, memory } = result;
    if (unsupported !== undefined) this.#unsupported.push({ kernel, table, variant: name, reason: unsupported });
    if (memory !== undefined && count >= fewestForMemory)
      this.#memory.push({ kernel, table, variant: name, count, ...memory, bytesPerEntry: (memory.kib * 1024) / count });
    for (const operation of operations) {
      const [measured, excess] = [result.operations.get(operation.name), result.ended.get(operation.name)];
      if (measured === undefined && excess === undefined) continue;
      if (excess?.what === 'preparation' && this.#isNotDone(kernel, variant, operation)) continue;
      const curve = this.#curveOf(kernel, variant, operation);
      if (measured !== undefined) curve.points.push(pointOf({ count, ...measured }, measured.empty));
      const most = Math.max(0, ...(measured?.samples ?? []).map(({ kernelUs }) => kernelUs / 1000));
      if (excess !== undefined) curve.ended = { count, ...excess };
      else if (most > this.#limitMs) curve.ended = { count, cpuMs: most, what: 'operation' };
    }
  }

  /** Whether an operation is none of this variant's: with fewer entries others of it were measured, and this one was not. */
  #isNotDone(kernel: number, variant: BenchVariant, operation: BenchOperation): boolean {
    if (this.#curves.has(keyOf(kernel, variant, operation))) return false;
    return [...this.#curves.values()].some(
      (one) =>
        one.kernel === kernel && one.table === variant.table && one.variant === variant.name && one.points.length > 0,
    );
  }

  #curveOf(kernel: number, variant: BenchVariant, { name, per }: BenchOperation): Growing {
    const key = keyOf(kernel, variant, { name });
    const known = this.#curves.get(key);
    if (known !== undefined) return known;
    const curve = { kernel, table: variant.table, variant: variant.name, operation: name, per, points: [] };
    this.#curves.set(key, curve);
    return curve;
  }

  /** All that was found out so far. */
  all(): Pick<XfrmBench, 'curves' | 'memory' | 'unsupported'> {
    const curves = [...this.#curves.values()].map((curve) => ({ ...curve, ...slopeOf(curve.per, curve.points) }));
    return { curves, memory: this.#memory, unsupported: this.#unsupported };
  }
}

function keyOf(kernel: number, { table, name }: BenchVariant, operation: Pick<BenchOperation, 'name'>): string {
  return `${kernel} ${table}/${name} ${operation.name}`;
}
