/** What walls cost: one test behind each kind and without, in turns, each kind in a process that lives as long as the bench. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { type Walls, wallKinds } from '../../src/supply/kernel/walls.ts';

/** Of one kind of walls. */
export interface WallCost {
  readonly walls: Walls;
  /** CPU of the median run, ms. */
  readonly cpuMs: number;
  /** CPU of each turn relative to that without walls in the same turn: quartiles and extremes, per cent more. */
  readonly more: {
    readonly least: number;
    readonly lower: number;
    readonly median: number;
    readonly upper: number;
    readonly most: number;
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
}

async function answer(worker: ChildProcess): Promise<{ readonly cpuMs: number }> {
  const over = new AbortController();
  const gone = once(worker, 'exit', { signal: over.signal }).then(([code]) => {
    throw new EspalierError('infrastructure', `a worker of the bench ended with ${code}`);
  });
  gone.catch(() => {});
  try {
    const [message] = await Promise.race([once(worker, 'message', { signal: over.signal }), gone]);
    return message as { readonly cpuMs: number };
  } finally {
    over.abort();
  }
}

/** Runs a test so many times behind each kind; the kinds change places from turn to turn. */
export async function costOfWalls(suite: string, name: string, turns: number): Promise<WallCost[]> {
  const workers = wallKinds.map((walls): [Walls, ChildProcess] => [
    walls,
    fork(join(import.meta.dirname, 'walls-worker.ts'), [suite, name], {
      env: { ...process.env, ESPALIER_WALLS: walls },
    }),
  ]);
  const cpu = new Map<Walls, number[]>(wallKinds.map((walls) => [walls, []]));
  try {
    await Promise.all(workers.map(([, worker]) => answer(worker)));
    // The first turn fills caches and is not counted.
    for (let turn = 0; turn <= turns; turn += 1) {
      const first = turn % workers.length;
      for (const [walls, worker] of [...workers.slice(first), ...workers.slice(0, first)]) {
        worker.send('go');
        const { cpuMs } = await answer(worker);
        if (turn > 0) cpu.get(walls)?.push(cpuMs);
      }
    }
  } finally {
    for (const [, worker] of workers) worker.kill('SIGKILL');
  }
  const without = cpu.get('none') ?? [];
  return wallKinds.map((walls) => {
    const own = cpu.get(walls) ?? [];
    const more = own.map((ms, turn) => 100 * (ms / (without[turn] ?? Number.NaN) - 1));
    const [least = 0, lower = 0, median = 0, upper = 0, most = 0] = [0, 0.25, 0.5, 0.75, 1].map((part) =>
      quantile(more, part),
    );
    return { walls, cpuMs: quantile(own, 0.5), more: { least, lower, median, upper, most } };
  });
}
