/** A sample of the suite `network`: rows that boot the usual image. Those with daemons need an image more. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { baselineSchema } from '../../src/model/results.ts';
import { skip } from './lab.ts';

/** Those that boot the usual image: transports and tunnels under ESP, and of them every so many-th in the suite's order. */
const rows = '^network:(?!HTTP|iperf3).* over IPv[46], under ESP$';
const every = 8;

test('a sample of the suite network passes on the tested kernel', { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-network-suite-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'results.json');
  const which = ['network', '-g', rows, '--shard', `1/${every}`];
  const line = ['run', ...which, '--reporter', `dot,json=${file}`, '--output', dir];
  const result = await run(process.execPath, [join(projectDir, 'src/cli/main.ts'), ...line]);
  assert.ok(result.status === 0, `exit status ${result.status}\n${result.stdout}${result.stderr}`);
  const { results } = baselineSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const words = results.map(({ word }) => word);
  assert.ok(words.filter((word) => word === 'passed').length >= 2, words.join());
  assert.deepEqual(
    [...new Set(words)].filter((word) => word !== 'passed' && word !== 'unsupported'),
    [],
  );
});
