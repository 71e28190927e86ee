/** The bundled suite runs once; each of its attempts is then damaged in every way that applies to it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { allDamages } from '../damage/all.ts';
import { type Trial, TrialFolder } from '../damage/trials.ts';
import { skip } from './lab.ts';

/** What the examples have no place for: pings one by one and retransmissions on a console, a log of pluto in OUTPUT. */
const unseen: readonly string[] = [
  'change-round-trip',
  'change-shown-time',
  'log-assertion',
  'log-expectation',
  'log-sanitizer',
];

/** The folder of a run of the examples. */
async function runExamples(output: string): Promise<string> {
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const chosen = kernel === undefined ? [] : ['--kernel', kernel];
  const result = await run(process.execPath, [main, 'run', 'examples', '--seed', '1', ...chosen, '--output', output]);
  assert.equal(result.status, 0, `${result.stdout}${result.stderr}`);
  return join(output, readdirSync(output).find((name) => /^\d{4}-/.test(name)) ?? '');
}

test('every damage to an attempt of the examples lands in its class', { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-damage-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const runDir = await runExamples(join(dir, 'runs'));
  const folder = new TrialFolder(dir, join(runDir, 'inputs'));
  const trials: Trial[] = [];
  for (const name of ['psk', 'rekey', 'nat']) {
    trials.push(...(await folder.try(join(runDir, 'attempts/examples', name, '0'), allDamages)));
  }
  assert.deepEqual(
    trials.filter(({ outcome }) => outcome === 'missed'),
    [],
  );
  const applied = new Set(trials.filter(({ outcome }) => outcome === 'right').map(({ damage }) => damage));
  assert.deepEqual(
    allDamages.map(({ id }) => id).filter((id) => !applied.has(id)),
    unseen,
    'every kind of damage was tried and told, but for what no example has',
  );
});
