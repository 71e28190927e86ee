import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Suite } from '../../../../src/model/suite.ts';
import { unpackFiles } from '../../../../src/session/farm/archive.ts';
import { programFiles } from '../../../../src/session/farm/program-files.ts';
import { scenarioFiles } from '../../../../src/suites/scenarios/find.ts';
import { openScenarios } from '../../../../src/suites/scenarios/scenarios.ts';

const image = async () => ({ id: 'none', path: '', sha256: '0'.repeat(64), versions: {} });

const declare = (name: string, files = '{}') =>
  `scenario('${name}', { hosts: { a: linux({ files: ${files} }) }, links: { l: ['a'] } }, async () => {});\n`;

/** A folder with files. */
function folder(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-programs-'));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  return dir;
}

function open(path: string): Suite {
  return openScenarios({ name: 'x', files: scenarioFiles(path), image, checkTypes: async () => {} });
}

async function namesOf(path: string, suite = open(path)): Promise<{ names: string[]; open: string }> {
  const { archive, open } = await programFiles(suite, path);
  const parts: Uint8Array[] = [];
  for await (const part of archive.open()) parts.push(part);
  return { names: [...(await unpackFiles(Buffer.concat(parts), 'it')).keys()].sort(), open };
}

const secrets = { '.env': 'TOKEN=1', '.git/config': 'x', 'notes.txt': 'mine', '.ssh/id_ed25519': 'key' };

test('of a scenario file goes what it imports and reads, whatever else its folder holds', async (t) => {
  const dir = folder(t, {
    ...secrets,
    'tests/one.scenario.ts': `import { file, linux, scenario } from 'espalier';\nimport { what } from '../lib/what.ts';\n${declare('one', "{ '/etc/x': file('data/x.conf'), '/etc/y': what }")}`,
    'tests/other.scenario.ts': `import { linux, scenario } from 'espalier';\n${declare('other')}`,
    'tests/data/x.conf': 'x',
    'tests/data/y.conf': 'y',
    'lib/what.ts': "import { more } from './more.ts';\nexport const what = more;\n",
    'lib/more.ts': "export const more = 'more';\n",
    'lib/unused.ts': '',
  });
  assert.deepEqual(await namesOf(join(dir, 'tests/one.scenario.ts')), {
    names: ['lib/more.ts', 'lib/what.ts', 'tests/data/x.conf', 'tests/one.scenario.ts'],
    open: 'tests/one.scenario.ts',
  });
});

test('what two files import goes with each of them, and of a folder goes what any of them needs', async (t) => {
  const importing = (name: string) =>
    `import { linux, scenario } from 'espalier';\nimport './shared.ts';\n${declare(name)}`;
  const dir = folder(t, {
    ...secrets,
    'a.scenario.ts': importing('a'),
    'b.scenario.ts': importing('b'),
    'shared.ts': '',
  });
  assert.deepEqual((await namesOf(join(dir, 'a.scenario.ts'))).names, ['a.scenario.ts', 'shared.ts']);
  assert.deepEqual((await namesOf(join(dir, 'b.scenario.ts'))).names, ['b.scenario.ts', 'shared.ts']);
  const both = await namesOf(dir);
  assert.deepEqual(both, { names: ['a.scenario.ts', 'b.scenario.ts', 'shared.ts'], open: '.' });
});

test('a link to a scenario file stands for the file', async (t) => {
  const dir = folder(t, {
    'real/a.scenario.ts': `import { linux, scenario } from 'espalier';\nimport './beside.ts';\n${declare('a')}`,
    'real/beside.ts': '',
  });
  symlinkSync(join(dir, 'real'), join(dir, 'link'));
  assert.deepEqual(await namesOf(join(dir, 'link/a.scenario.ts')), {
    names: ['a.scenario.ts', 'beside.ts'],
    open: 'a.scenario.ts',
  });
});

test('a hidden file is never sent, and more than a worker takes is refused before anything is', async (t) => {
  const reading = (path: string) =>
    `import { file, linux, scenario } from 'espalier';\n${declare('a', `{ '/etc/x': file('${path}') }`)}`;
  const dir = folder(t, { ...secrets, 'in/a.scenario.ts': reading('../.ssh/id_ed25519') });
  await assert.rejects(namesOf(join(dir, 'in')), {
    fault: 'usage',
    message: 'is a hidden file, and none is sent to a farm',
  });
  const large = folder(t, { 'a.scenario.ts': reading('large'), large: Buffer.alloc(129 * 1024 * 1024) });
  await assert.rejects(namesOf(large), {
    fault: 'usage',
    message:
      'the scenario files of x: 2 files with 130 MiB are too much for a farm, which takes up to 10000 files and 128 MiB',
  });
});

test('the archive of a run is made once', async (t) => {
  const dir = folder(t, { 'a.scenario.ts': `import { linux, scenario } from 'espalier';\n${declare('a')}` });
  const suite = open(dir);
  const first = await programFiles(suite, dir);
  rmSync(join(dir, 'a.scenario.ts'));
  assert.equal(await programFiles(suite, dir), first);
});

test('scenario files that are loaded at once all declare their own', async (t) => {
  const dir = folder(t, { 'a.scenario.ts': `import { linux, scenario } from 'espalier';\n${declare('a')}` });
  const lists = await Promise.all([open(dir).list(), open(dir).list()]);
  assert.deepEqual(
    lists.map((entries) => entries.map(({ name }) => name)),
    [['a'], ['a']],
  );
});

test('a transcript goes along where its name is a text in quotes and the file is there', async (t) => {
  const body =
    "await expect(a).toMatchTranscript('a.console');\nawait expect(a).toMatchTranscript(\n'none.console');\nawait expect(a).toMatchTranscript(['1', 'console'].join('.'));";
  const source = declare('a').replace('async () => {}', `async ({ hosts: { a } }) => {${body}}`);
  const dir = folder(t, {
    'a.scenario.ts': `import { expect, linux, scenario } from 'espalier';\n${source}`,
    'a.console': 'a',
    '1.console': 'b',
  });
  assert.deepEqual((await namesOf(join(dir, 'a.scenario.ts'))).names, ['a.console', 'a.scenario.ts']);
});
