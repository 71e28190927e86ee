/** `espalier bench xfrm` on a real lab: every operation of every variant with few entries, and one that takes too much. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { type XfrmBench, xfrmBenchSchema } from '../../src/model/xfrm-bench.ts';
import { benchOperations, benchVariants } from '../../src/model/xfrm-bench-catalogue.ts';
import { skip } from './lab.ts';

async function bench(...words: readonly string[]): Promise<XfrmBench> {
  const main = join(projectDir, 'src/cli/main.ts');
  const ran = await run(process.execPath, [main, 'bench', 'xfrm', '--json', ...words]);
  assert.equal(ran.status, 0, ran.stderr.toString());
  return xfrmBenchSchema.parse(JSON.parse(ran.stdout.toString()));
}

/** Operations that only some variants have. */
const left: Readonly<Record<string, (variant: string) => boolean>> = {
  'policy in-hit': (variant) => variant === 'marks',
  'state in-hit': (variant) => !variant.startsWith('null'),
};

test('every operation does with every variant what it is to do, and takes CPU', { skip }, async () => {
  const { curves, unsupported } = await bench('--min', '100', '--max', '100', '--repeats', '1');
  assert.deepEqual(unsupported, []);
  const expected = benchVariants.flatMap(({ table, name }) =>
    benchOperations
      .filter((one) => one.table === table && !left[`${table} ${one.name}`]?.(name))
      .map((one) => `${table}/${name} ${one.name}`),
  );
  assert.deepEqual(
    curves.map(({ table, variant, operation }) => `${table}/${variant} ${operation}`).sort(),
    expected.sort(),
  );
  for (const { table, variant, operation, points, per } of curves) {
    const what = `${table}/${variant} ${operation}`;
    assert.deepEqual(
      points.map(({ count }) => count),
      [100],
      what,
    );
    const last = points.at(-1);
    // A thousand packets take some ms on any machine; so do a hundred entries, but for what one request does.
    if (per === 'packet') assert.ok((last?.medianUs ?? 0) > 0.5 && (last?.samples[0]?.labUs ?? 0) > 2000, what);
    else assert.ok((last?.samples[0]?.kernelUs ?? 0) > 20, what);
  }
});

test('more entries cost more, and fill memory', { skip }, async () => {
  const { curves, memory } = await bench(
    ...['--min', '100', '--max', '3000', '--repeats', '2', '--variants', 'gcm-peers', '--operations', 'add'],
  );
  const costs = curves[0]?.points.map(({ samples }) => Math.min(...samples.map(({ kernelUs }) => kernelUs))) ?? [];
  const [at100 = 0, at1000 = 0, at3000 = 0] = costs;
  assert.ok(at1000 > 4 * at100 && at3000 > 2 * at1000, costs.join(' '));
  // An xfrm_state with a transform for AES-GCM.
  const [few, many] = memory.map(({ bytesPerEntry }) => bytesPerEntry);
  assert.ok(few !== undefined && many !== undefined && few > 1000 && few < 10_000, JSON.stringify(memory));
  assert.ok(Math.abs(many / few - 1) < 0.1, JSON.stringify(memory));
});

test('hash tables grow while entries come, as on a machine with another CPU', { skip }, async () => {
  const { curves } = await bench(
    ...['--min', '500', '--max', '10000', '--repeats', '1', '--variants', 'policy/host', '--operations', 'add'],
  );
  const [few = 0, , many = 0] = curves[0]?.points.map(({ medianUs }) => medianUs) ?? [];
  // Tables that stay as small as at first make it 14 times as much.
  assert.ok(many > 0 && many < 5 * few, `${few} µs, then ${many} µs`);
});

test('an operation beyond the limit ends its curve; the others go on', { skip }, async () => {
  const { curves } = await bench(
    ...['--min', '20000', '--max', '20000', '--repeats', '1', '--limit', '1'],
    ...['--variants', 'policy/net', '--operations', 'add,delete,flush'],
  );
  const named = Object.fromEntries(curves.map((curve) => [curve.operation, curve]));
  assert.equal(named.add?.points.at(-1)?.count, 20_000);
  assert.equal(named.flush?.points.at(-1)?.count, 20_000);
  assert.equal(named.delete?.ended?.count, 20_000, JSON.stringify(named.delete));
  assert.ok((named.delete?.ended?.cpuMs ?? 0) >= 1000, JSON.stringify(named.delete?.ended));
});
