import type { KernelChoice } from '../../lab/substrate/substrate.ts';
import type { LabSupply } from '../../lab/supply.ts';
import { type BenchOperation, type BenchVariant, emptyOperation } from '../../model/xfrm-bench-catalogue.ts';
import type { EmptyCost } from '../../results/xfrm-bench/point.ts';
import { runTimed } from '../../suites/timed-command.ts';
import { type Findings, findingsIn, type Repeats } from './findings.ts';

/** Operations on one table of one size. */
export interface Cell {
  readonly variant: BenchVariant;
  readonly count: number;
  readonly operations: readonly BenchOperation[];
  readonly repeats: number;
}

/** Where it is measured. */
export interface Bench {
  readonly supply: LabSupply;
  readonly kernel: KernelChoice;
  readonly program: Uint8Array;
  /** CPU that one operation may take, ms. */
  readonly limitMs: number;
}

/** An operation that took too much. */
export interface Excess {
  /** ms that were seen, at least. */
  readonly cpuMs: number;
  readonly what: 'operation' | 'preparation';
}

/** What was found out about a cell. */
export interface CellResult extends Pick<Findings, 'memory' | 'unsupported'> {
  readonly operations: ReadonlyMap<string, Repeats & { readonly empty: EmptyCost }>;
  readonly ended: ReadonlyMap<string, Excess>;
}

/** MiB: what a lab takes anyway, with room for answers that wait, and for each thousand entries. The largest known SA takes 6.3 KiB. */
const memory = { base: 320, perThousand: 12 };

/**
 * Measures all operations of a cell in one lab, and in further ones where an operation takes too much: that one is left out then, and so
 * is everything where already the table takes too much.
 */
export async function measureCell(cell: Cell, bench: Bench): Promise<CellResult> {
  const operations = new Map<string, Repeats & { readonly empty: EmptyCost }>();
  const ended = new Map<string, Excess>();
  let found: Findings | undefined;
  for (let left = cell.operations; left.length > 0; ) {
    const { overMs, ...now } = await measure({ ...cell, operations: left }, bench);
    found = { ...now, ...(found?.memory && { memory: found.memory }) };
    const { open } = now;
    for (const [name, repeats] of now.operations) operations.set(name, { ...repeats, empty: now.empty });
    if (overMs === undefined || open === undefined) break;
    const excess = { cpuMs: overMs, what: open.begun ? 'operation' : 'preparation' } as const;
    const out = open.begun ? left.filter(({ name }) => name === open.operation) : left;
    for (const { name } of out) ended.set(name, excess);
    left = left.filter((one) => !out.includes(one));
  }
  const { memory: kept, unsupported } = found ?? {};
  return { operations, ended, ...(kept && { memory: kept }), ...(unsupported !== undefined && { unsupported }) };
}

async function measure(cell: Cell, bench: Bench): Promise<Findings & { readonly overMs?: number }> {
  const { variant, count, operations, repeats } = cell;
  const names = [emptyOperation, ...operations.map(({ name }) => name)];
  const { lines, overMs } = await runTimed({
    ...bench,
    what: `${variant.table}/${variant.name} with ${count} entries`,
    arguments: [variant.table, variant.name, String(count), String(repeats), names.join(',')],
    memory: memory.base + Math.ceil((count / 1000) * memory.perThousand),
  });
  return { ...findingsIn(lines), ...(overMs !== undefined && { overMs }) };
}
