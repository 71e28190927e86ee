import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { passing, Sandbox } from './sandbox.ts';

/** What may stand where a file of a test should, or a folder. */
const kinds: Readonly<Record<string, readonly [put: (path: string) => unknown, says: RegExp]>> = {
  'a dangling link': [(path) => symlinkSync('nothing', path), /link to nothing/],
  'a link in a circle': [(path) => symlinkSync(path, path), /round in a circle/],
  'a link to a file of the machine': [(path) => symlinkSync('/etc/passwd', path), /leads out of the suite/],
  'a link to a folder of the machine': [(path) => symlinkSync('/etc', path), /leads out of the suite/],
  'a FIFO': [(path) => spawnSync('mkfifo', [path]), /is a FIFO/],
  'a huge file': [(path) => spawnSync('truncate', ['-s', '1T', path]), /has 1099511627776 bytes/],
};

interface StoredResults {
  readonly results: { name: string; word: string; issues: { message: string }[] }[];
}

function words(box: Sandbox): Record<string, string> {
  const { results } = box.readJson(`espalier-runs/${box.runs().at(-1)}/results.json`) as StoredResults;
  return Object.fromEntries(results.map(({ name, word }) => [name, word]));
}

/** Puts a thing in the place of a file, and of the folder's name in it. */
function spoil(path: string, put: (path: string) => unknown): void {
  rmSync(path, { force: true, recursive: true });
  mkdirSync(join(path, '..'), { recursive: true });
  put(path);
}

const filesOfLibreswan = ['eastinit.sh', 'east.console.txt', 'testparams.sh'];
const filesOfStrongswan = [
  'pretest.dat',
  'evaltest.dat',
  'hosts/moon/etc/swanctl/swanctl.conf',
  'hosts/moon/etc/other',
  'hosts/moon/etc',
];

/** A small suite of our own in strongSwan's format. */
function strongswan(box: Sandbox, names: readonly string[]): Sandbox {
  box.write('swan/testing/scripts/build-certs-chroot', '');
  for (const name of names) {
    const files = { 'description.txt': '', 'test.conf': '', 'pretest.dat': '', 'posttest.dat': '' };
    for (const [file, content] of Object.entries(files)) box.write(`swan/testing/tests/${name}/${file}`, content);
    box.write(`swan/testing/tests/${name}/evaltest.dat`, 'moon::echo one::one::YES\nmoon::echo two::two::YES\n');
  }
  return box;
}

for (const [title, [put, says]] of Object.entries(kinds)) {
  /** A file that is not read for the list is found too large when its test is loaded. */
  const isListed = (file: string): boolean => title !== 'a huge file' || !/console|other/.test(file);
  const broken = (name: string): RegExp => new RegExp(`:${name} .*broken: .*${says.source}`);

  test(`libreswan: ${title} costs its test`, { timeout: 60_000 }, async (t) => {
    const names = filesOfLibreswan.map((_, index) => `bad-${index}`);
    const box = new Sandbox(t).add(Object.fromEntries(['a', ...names, 'z'].map((name) => [name, passing()])));
    for (const [index, file] of filesOfLibreswan.entries()) {
      spoil(join(box.dir, 'testing/pluto', `bad-${index}`, file), put);
    }
    const { stdout, code, stderr } = await box.espalier('list', 'libreswan', '--suite', 'testing');
    assert.equal(code, 0, stderr);
    for (const [index, file] of filesOfLibreswan.entries()) {
      if (isListed(file)) assert.match(stdout, broken(`bad-${index}`), file);
    }
    const ended = await box.run();
    assert.equal(ended.code, 1, ended.stderr);
    const expected = Object.fromEntries(names.map((name) => [name, 'unresolved']));
    assert.deepEqual(words(box), { a: 'passed', ...expected, z: 'passed' }, ended.stdout);
    assert.doesNotMatch(ended.stdout + ended.stderr + stdout, /^ {4}at |root:/m);
  });

  test(`strongSwan: ${title} costs its test`, { timeout: 60_000 }, async (t) => {
    const files = filesOfStrongswan.filter((file) => title !== 'a huge file' || file !== 'hosts/moon/etc');
    const names = files.map((_, index) => `a/bad-${index}`);
    const box = strongswan(new Sandbox(t), ['a/a', ...names, 'a/z']);
    for (const [index, file] of files.entries())
      spoil(join(box.dir, 'swan/testing/tests/a', `bad-${index}`, file), put);
    const { stdout, code, stderr } = await box.espalier('list', 'strongswan', '--suite', 'swan');
    assert.equal(code, 0, stderr);
    for (const [index, file] of files.entries())
      if (isListed(file)) assert.match(stdout, broken(`a/bad-${index}`), file);
    const ended = await box.espalier('run', 'strongswan', '--substrate', 'fake', '--suite', 'swan');
    assert.equal(ended.code, 1, ended.stderr);
    const expected = Object.fromEntries(names.map((name) => [name, 'unresolved']));
    assert.deepEqual(words(box), { 'a/a': 'passed', ...expected, 'a/z': 'passed' }, ended.stdout);
    assert.doesNotMatch(ended.stdout + ended.stderr + stdout, /^ {4}at |root:/m);
  });
}

test('strongSwan: a folder of tests that leads elsewhere, or may not be read, is one broken test', async (t) => {
  const box = strongswan(new Sandbox(t), ['a/a', 'a/b', 'a/c']);
  const tests = join(box.dir, 'swan/testing/tests');
  symlinkSync('/etc', join(tests, 'out'));
  symlinkSync('round', join(tests, 'round'));
  writeFileSync(join(tests, 'README'), '');
  const { stdout, code, stderr } = await box.espalier('list', 'strongswan', '--suite', 'swan');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /strongswan:out .*broken: .*tests\/out: is a link that leads out of the suite/);
  assert.match(stdout, /strongswan:round .*broken: .*tests\/round: is a link that leads round in a circle/);
  assert.equal(stdout.match(/^strongswan:a\//gm)?.length, 3);
});

test('a test that is broken today is unresolved when its run is judged by today’s suite', async (t) => {
  const box = new Sandbox(t).add({ a: passing(), bad: passing(), z: passing() });
  assert.equal((await box.run()).code, 0);
  spoil(join(box.dir, 'testing/pluto/bad/eastinit.sh'), (path) => symlinkSync('/etc/passwd', path));
  const { code, stdout, stderr } = await box.espalier('judge', 'latest', '--suite', 'testing');
  assert.equal(code, 1, stderr);
  assert.deepEqual(words(box), { a: 'passed', bad: 'unresolved', z: 'passed' }, stdout);
  assert.match(stderr, /^warning: libreswan:bad, attempt 0: .*leads out of the suite/m);
});

test('a list of tests that is no file is said in one line', { timeout: 60_000 }, async (t) => {
  for (const [put] of Object.values(kinds)) {
    const box = new Sandbox(t);
    const path = join(box.dir, 'testing/pluto/TESTLIST');
    rmSync(path);
    put(path);
    const { code, stderr } = await box.espalier('list', 'libreswan', '--suite', 'testing');
    assert.equal(code, 3, stderr);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  }
});
