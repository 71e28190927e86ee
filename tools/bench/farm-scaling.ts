import { until } from '../../src/base/deadline.ts';
import { EspalierError } from '../../src/base/errors.ts';
import { Field } from '../../test/e2e/farm/field.ts';
import { reference } from '../../test/e2e/sandbox.ts';
import { type Audience, figure } from './farm-audience.ts';
import { type Load, loadOf } from './farm-load.ts';
import { storedLabs } from './farm-stored.ts';

/** Labs sleep for their wall time divided by this. */
const faster = 4;
/** Fewer workers than this get as many labs fewer, so that no run takes longer. */
const manyWorkers = 16;
/** What has to be reached with 20 workers. */
const bar = 0.9;

/** Simulated labs with real durations, by ever more workers, each a process of its own. False where the bar is missed. */
export async function benchScaling(audience: Audience, run: string, counts: readonly number[]): Promise<boolean> {
  const walls = storedLabs(run).map(({ wallMs }) => wallMs);
  let held = true;
  for (const workers of counts) {
    const share = Math.max(1, Math.ceil(manyWorkers / workers));
    const labs = walls.filter((_, at) => at % share === 0).map((ms) => Math.round(ms / faster));
    await using own = audience.guest();
    const reached = await measure(own, labs, workers);
    if (workers === 20 && reached < bar) held = false;
  }
  return held;
}

async function measure(audience: Audience, labs: readonly number[], workers: number): Promise<number> {
  const field = await Field.start(audience);
  const tests = labs.map((ms, at) => {
    const line = `fake: wall ${ms}`;
    return [`lab-${at}`, { 'eastinit.sh': `${line}\n`, 'east.console.txt': reference('east', [line]) }] as const;
  });
  field.box.add(Object.fromEntries(tests));
  remember(field, labs);
  const all = Array.from({ length: workers }, () => field.worker());
  for (const worker of all) await worker.says(/ready/, 120_000);
  const idle = await idleLoad(field);
  const before = await loadOf(field);
  const begin = performance.now();
  const { code, stderr } = await field.run();
  const wall = performance.now() - begin;
  if (code !== 0) throw new EspalierError('infrastructure', `the run ended with ${code}: ${stderr}`);
  const after = await loadOf(field);
  const [row] = (await field.sql(
    'select extract(epoch from max(at) - (select opened from espalier_farm.run))::float8 as open from espalier_farm.result',
  )) as { open: number }[];
  for (const { child } of all) child.kill('SIGTERM');
  const sum = labs.reduce((total, ms) => total + ms, 0);
  const ideal = Math.max(sum / workers, ...labs);
  tell({ workers, labs: labs.length, wall, open: 1000 * (row?.open ?? 0), ideal }, { before, after, idle });
  return ideal / wall;
}

/** The farm has the durations of an earlier run, by which it puts the longest first. */
function remember(field: Field, labs: readonly number[]): void {
  const milliseconds = Object.fromEntries(labs.map((ms, at) => [`libreswan:lab-${at}`, ms]));
  field.box.write('espalier-runs/durations.json', JSON.stringify({ version: 1, milliseconds }));
}

/** Load per second while nobody has work. */
async function idleLoad(field: Field): Promise<Load> {
  const seconds = 20;
  const before = await loadOf(field);
  const end = performance.now() + seconds * 1000;
  await until(() => performance.now() > end, { what: 'time to pass', timeoutMs: 2 * seconds * 1000, intervalMs: 500 });
  const after = await loadOf(field);
  return {
    transactions: (after.transactions - before.transactions) / seconds,
    databaseMs: (after.databaseMs - before.databaseMs) / seconds,
    serverMs: (after.serverMs - before.serverMs) / seconds,
  };
}

interface Measured {
  readonly workers: number;
  readonly labs: number;
  /** Milliseconds of the whole command, from the opening of the run to its last result, and of the labs alone. */
  readonly wall: number;
  readonly open: number;
  readonly ideal: number;
}

function tell(
  { workers, labs, wall, open, ideal }: Measured,
  { before, after, idle }: { readonly before: Load; readonly after: Load; readonly idle: Load },
): void {
  const s = (ms: number): string => (ms / 1000).toFixed(1);
  figure(
    `${workers} workers, ${labs} labs`,
    `${s(wall)} s, ideal ${s(ideal)} s: ${((100 * ideal) / wall).toFixed(1)} %; at the farm ${s(open)} s`,
  );
  const each = (value: (load: Load) => number): string => ((value(after) - value(before)) / labs).toFixed(1);
  figure(
    '  per lab: transactions, CPU of PostgreSQL and of the farm',
    `${each(({ transactions }) => transactions)}, ${each(({ databaseMs }) => databaseMs)} ms, ${each(({ serverMs }) => serverMs)} ms`,
  );
  figure(
    '  idle, per worker and second: the same',
    `${(idle.transactions / workers).toFixed(1)}, ${(idle.databaseMs / workers).toFixed(1)} ms, ${(idle.serverMs / workers).toFixed(1)} ms`,
  );
}
