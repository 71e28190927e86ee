/** Real labs by the workers of a farm: the same bytes as here, also where a worker is killed in the middle of one. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { cacheDir } from '../../src/base/folders.ts';
import { noPostgres } from '../e2e/farm/cluster.ts';
import { type Field, fieldsOfFile } from '../e2e/farm/field.ts';
import { assertSameRun } from '../e2e/farm/same-run.ts';
import { skip } from './lab.ts';

/** Tests with steps and scenarios that are programs, all of one image. */
const tests = [
  'libreswan:ikev2-05-basic-psk',
  'libreswan:ikev2-xfrmi-16-rekey',
  'libreswan:ikev1-x509-08-san-dns-mismatch',
  'examples:psk',
];

/** Passes only where the layer below has come. */
const overlaid = `import assert from 'node:assert/strict';
import { libreswan, scenario } from 'espalier';
scenario('a layer', { hosts: { east: libreswan() }, links: { lan: ['east'] } }, async ({ hosts: { east } }) => {
  assert.equal((await east.exec('cat /etc/note')).stdout, 'over the farm');
});
`;

/** Ids of processes whose command line has this in it. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text);
    } catch {
      return false; // it has just ended
    }
  });
}

function runDir(output: string): string {
  const run = readdirSync(output).find((name) => name.includes('_'));
  assert.ok(run !== undefined, `a run in ${output}`);
  return join(output, run);
}

/** Runs the tests; `output` gets the run's folder. */
class Runs {
  readonly #field: Field;
  readonly #output: string;

  constructor(t: TestContext, field: Field) {
    this.#field = field;
    this.#output = mkdtempSync(join(tmpdir(), 'espalier-farm-'));
    t.after(() => rmSync(this.#output, { recursive: true, force: true }));
    mkdirSync(join(this.#output, 'layer/etc'), { recursive: true });
    writeFileSync(join(this.#output, 'layer/etc/note'), 'over the farm');
    writeFileSync(join(this.#output, 'layer.scenario.ts'), overlaid);
  }

  /** What is run: the tests, and one that needs a layer. */
  get args(): readonly string[] {
    return [...tests, join(this.#output, 'layer.scenario.ts'), '--overlay', join(this.#output, 'layer')];
  }

  start(name: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const kernel = process.env.ESPALIER_KERNEL;
    const all = ['run', ...args, '--seed', '5', '--output', join(this.#output, name)];
    if (kernel !== undefined) all.push('--kernel', kernel);
    return this.#field.spawn(all, { ...environment, ESPALIER_CACHE: cacheDir() });
  }

  dir(name: string): string {
    return runDir(join(this.#output, name));
  }
}

const startFarm = fieldsOfFile();

test('a run by workers with an empty cache is byte for byte the one of this machine, though one is killed in the middle of a lab', {
  skip: skip || noPostgres,
}, async (t) => {
  const field = await startFarm(t);
  const runs = new Runs(t, field);
  const driver = runs.start('far', runs.args, field.driverEnvironment);
  const victim = field.worker();
  const cache = join(field.box.dir, 'cache-w1', 'farm');
  // The worker's own command line does not name its cache; its labs' kernels lie there.
  const labs = () => processesWith(cache);
  await until(() => labs().length > 0, { what: 'a lab of the worker', timeoutMs: 600_000, intervalMs: 5 });
  victim.child.kill('SIGKILL');
  await victim.ended();
  await until(() => labs().length === 0, { what: 'its labs to end', timeoutMs: 10_000 });
  // What had come there by then is used by the next one.
  field.worker(['-j', '2'], { ESPALIER_CACHE: dirname(cache) });
  const code = await driver.ended(600_000);
  const losses = await field.sql('select worker from espalier_farm.loss');
  assert.deepEqual(losses, [{ worker: 'w1' }], 'the killed worker had one job, and no other lost one');
  const here = runs.start('near', runs.args);
  assert.equal(await here.ended(600_000), code, `${driver.said}\n${here.said}`);
  assert.match(driver.said, /^5 passed/m);
  assert.equal(assertSameRun(runs.dir('far'), runs.dir('near')), tests.length + 1);

  await t.test('a second run moves no image', async () => {
    const bytes = async (): Promise<number> => {
      const [row] = (await field.sql(
        "select sum(size)::float8 as bytes from espalier_farm.blob where kind = 'input'",
      )) as {
        bytes: number;
      }[];
      return row?.bytes ?? 0;
    };
    const before = await bytes();
    const detached = runs.start('again', ['examples:psk', '--detach'], field.driverEnvironment);
    assert.equal(await detached.ended(120_000), 0, detached.said);
    assert.ok(before > 50_000_000, `${before}`);
    assert.ok((await bytes()) - before < 100_000, `${(await bytes()) - before}`);
  });
});
