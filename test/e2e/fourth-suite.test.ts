/** Another suite, and another substrate: each is one folder and one entry of its table, and nothing else has to know of it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { copyTree, refusals } from './copied-tree.ts';
import { normal, Sandbox } from './sandbox.ts';

/** The files of a toy, by where they belong. The gate has seen them here, types and all. */
function sliceOf(kind: 'suite' | 'substrate', place: string): Record<string, string> {
  const dir = join(projectDir, 'test/e2e/toy', kind);
  const up = '../'.repeat(place.split('/').length - 1);
  return Object.fromEntries(
    readdirSync(dir).map((name) => [
      `${place}/${name}`,
      readFileSync(join(dir, name), 'utf8').replaceAll(`'../../../../src/`, `'${up}`),
    ]),
  );
}

const suitesTable = 'export const suites: readonly SuiteEntry[] = [\n';
const suiteEntry = `  {
    name: 'toy',
    about: 'what is said, and how',
    format: { name: 'toy', load: async () => (await import('./toy/format.ts')).toyFormat },
    open: async (options) => (await import('./toy/open.ts')).openToy(options),
  },
`;

interface StoredVerdict {
  readonly word: string;
  readonly issues: readonly { readonly kind: string; readonly message: string }[];
}

test('a fourth suite is one folder and one entry: listed, run, judged, reported', async (t) => {
  const copy = copyTree(t, {
    ...sliceOf('suite', 'src/suites/toy'),
    'src/suites/all.ts': (table) => table.replace(suitesTable, suitesTable + suiteEntry),
  });
  assert.deepEqual(copy.changed, ['src/suites/all.ts', 'src/suites/toy/format.ts', 'src/suites/toy/open.ts']);
  assert.deepEqual(refusals(copy), []);

  const box = new Sandbox(t, copy.dir);
  assert.match((await box.espalier('list')).stdout, /^toy +what is said, and how$/m);
  assert.equal(
    (await box.espalier('list', 'toy')).stdout,
    'toy:polite  good  alpha\ntoy:rude    good  alpha\ntoy:mute    good  alpha  unsupported: nobody speaks\n',
  );
  const ran = await box.espalier('run', '--substrate', 'fake', 'toy');
  assert.match(normal(ran.stdout), /\n1\) toy:rude: major\n {3}alpha: said "what\\n"\n/);
  assert.match(normal(ran.stdout), /\n1 major\n1 unsupported\n1 passed\ntests by their issues: 1 other\n3 of 3 done/);
  assert.equal(ran.code, 1, ran.stderr);

  const attempt = (name: string): string => `espalier-runs/${box.runs()[0]}/attempts/toy/${name}/0`;
  assert.equal(box.readArtifact(attempt('polite'), 'derived/said.txt'), 'good day\n');
  const verdict = box.readJson(`${attempt('rude')}/verdict.json`) as StoredVerdict;
  assert.deepEqual([verdict.word, verdict.issues[0]?.kind], ['major', 'toy-rude']);
  box.remove(`${attempt('rude')}/verdict.json`);
  assert.equal((await box.espalier('judge', 'latest')).code, 1);
  assert.deepEqual(box.readJson(`${attempt('rude')}/verdict.json`), verdict);

  assert.equal((await box.espalier('report', 'latest', '--reporter', 'junit=junit.xml')).code, 0);
  assert.match(box.read('junit.xml'), /name="rude"/);
  assert.match((await box.espalier('history', 'toy:rude')).stdout, /major/);
  assert.match((await box.espalier('run', '--substrate', 'fake', 'toi')).stderr, /did you mean toy\?/);
});

test('another substrate is one folder and one entry, and nobody relies on what it cannot promise', async (t) => {
  const copy = copyTree(t, {
    ...sliceOf('substrate', 'src/lab/substrate/toy'),
    'src/lab/substrate/all.ts': (table) =>
      table
        .replace('import type { Sub', "import { toy } from './toy/toy.ts';\nimport type { Sub")
        .replace(', fake]', ', fake, toy]'),
  });
  assert.deepEqual(copy.changed, ['src/lab/substrate/all.ts', 'src/lab/substrate/toy/toy.ts']);
  assert.deepEqual(refusals(copy), []);

  const box = new Sandbox(t, copy.dir);
  box.add({ one: { 'eastinit.sh': 'echo one\n' } });
  const run = (...args: readonly string[]) =>
    box.espalier('run', '--substrate', 'toy', '--suite', 'testing', '--repeat-each', '2', ...args);
  const ran = await run();
  // Two attempts said two things, which is a matter of no seed; the suite has no reference, and captures are not missed.
  assert.match(ran.stdout, /^1\) libreswan:one: unresolved\n.*has no reference/ms);
  assert.doesNotMatch(ran.stdout, /capture|nondeterminism/);
  const file = box.readJson(`espalier-runs/${box.runs()[0]}/attempts/libreswan/one/0/attempt.json`) as {
    readonly lacks: unknown;
    readonly inputs: object;
  };
  assert.deepEqual(file.lacks, ['virtualTime', 'seeds', 'captures']);
  assert.equal('seed' in file.inputs, false);

  assert.match(
    (await box.espalier('pcap', 'latest', 'libreswan:one')).stderr,
    /has no captures: its substrate takes none/,
  );
  assert.match((await box.espalier('replay', 'latest', 'libreswan:one')).stderr, /ran without a seed/);
  assert.match((await run('--seeds', '2')).stderr, /on the substrate toy no seed decides what happens/);
  assert.match((await box.espalier('run', '--substrate', 'tony')).stderr, /choose one of: uml, qemu, fake, toy/);
});
