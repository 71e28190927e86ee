import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passing, reference, Sandbox, type TestFiles } from './sandbox.ts';

interface Case {
  readonly title: string;
  readonly files: TestFiles;
  readonly word: string;
  /** In the first issue's message. */
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  {
    title: 'a folder without scripts',
    files: { 'description.txt': 'x' },
    word: 'unresolved',
    says: /bad: no script names a host/,
  },
  { title: 'a listed test without a folder', files: {}, word: 'unresolved', says: /testing\/pluto\/bad: / },
  {
    title: 'a script of binary garbage',
    files: { 'eastinit.sh': 'echo \0\x01\xff\n' },
    word: 'unresolved',
    says: /eastinit\.sh:1: holds a NUL byte/,
  },
  {
    title: 'a line of 1 MB',
    files: { 'eastinit.sh': `echo ${'x'.repeat(1_000_000)}\n`, 'east.console.txt': '' },
    word: 'unsupported',
    says: /line/,
  },
  {
    title: 'a test that never ends',
    files: { 'eastinit.sh': 'fake: timeout\n', 'east.console.txt': '' },
    word: 'timeout',
    says: /timeout/,
  },
  {
    title: 'a test that prints without end',
    files: { 'eastinit.sh': 'fake: flood\n', 'east.console.txt': '' },
    word: 'timeout',
    says: /flood/,
  },
  {
    title: 'a test that panics the kernel',
    files: { 'eastinit.sh': 'fake: panic\n', 'east.console.txt': '' },
    word: 'crash',
    says: /Kernel panic/,
  },
  {
    title: 'a test that leaves its shell',
    files: { 'eastinit.sh': 'exit\n', 'east.console.txt': '' },
    word: 'unresolved',
    says: /shell-exit/,
  },
  {
    title: 'a lab that dies',
    files: { 'eastinit.sh': 'fake: die\n', 'east.console.txt': '' },
    word: 'unresolved',
    says: /SIGSEGV/,
  },
  {
    title: 'parameters that are a program',
    files: { 'eastinit.sh': 'true\n', 'testparams.sh': 'rm -rf /\n' },
    word: 'unsupported',
    says: /rm -rf/,
  },
  {
    title: 'a script of 10 MB',
    files: { 'eastinit.sh': `echo ${'x'.repeat(10 << 20)}\n`, 'east.console.txt': '' },
    word: 'unresolved',
    says: /eastinit\.sh: has \d+ bytes, the limit is/,
  },
  {
    title: 'a file of parameters with a line of 15 MB',
    files: { 'eastinit.sh': 'true\n', 'testparams.sh': `A="${'x'.repeat(15 << 20)}"\n` },
    word: 'unresolved',
    says: /testparams\.sh: has \d+ bytes, the limit is/,
  },
  {
    title: 'parameters with a line of 900 kB',
    files: { 'eastinit.sh': 'true\n', 'testparams.sh': `A="${'x"y"'.repeat(225_000)}"\n` },
    word: 'unsupported',
    says: /testparams\.sh is more than assignments: A="x"y/,
  },
  {
    title: 'parameters that double 40 times',
    files: { 'eastinit.sh': 'true\n', 'testparams.sh': `A="x x"\n${'A="$A$A"\n'.repeat(40)}` },
    word: 'unsupported',
    says: /testparams\.sh is more than assignments: A="\$A\$A"/,
  },
  {
    title: 'a test of 30,000 lines',
    files: { 'eastinit.sh': 'true\n'.repeat(30_000) },
    word: 'unresolved',
    says: /bad: types 30000 lines, the limit is 20000/,
  },
  {
    title: 'a sanitizer that is not there',
    files: {
      'eastinit.sh': 'true\n',
      'testparams.sh': 'REF_CONSOLE_FIXUPS="no.sed"\n',
      'east.console.txt': reference('east', ['true']),
    },
    word: 'unresolved',
    says: /no\.sed/,
  },
];

interface StoredResults {
  readonly results: { name: string; word: string; issues: { message: string }[] }[];
}

for (const { title, files, word, says } of cases) {
  test(`${title} is ${word} with a clear word, and its neighbours pass`, async (t) => {
    const box = new Sandbox(t).add({ before: passing(), bad: files, later: passing() });
    const { code, stderr } = await box.run();
    assert.equal(code, word === 'unsupported' ? 0 : 1, stderr);
    const { results } = box.readJson(`espalier-runs/${box.runs()[0]}/results.json`) as StoredResults;
    assert.deepEqual(
      results.map((one) => [one.name, one.word]),
      [
        ['before', 'passed'],
        ['bad', word],
        ['later', 'passed'],
      ],
    );
    assert.match(results[1]?.issues.map(({ message }) => message).join('\n') ?? '', says);
  });
}

test('a test with a name of 84 Chinese characters runs like others', async (t) => {
  const name = '测'.repeat(84);
  const box = new Sandbox(t).add({ before: passing(), [name]: passing(), later: passing() });
  const { code, stdout, stderr } = await box.run();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^3 passed\n/m);
  assert.equal((await box.espalier('judge', 'latest')).code, 0, 'it is found again');
});

test('a torn or foreign file of an attempt is named when the run is read, and costs that attempt', async (t) => {
  const box = new Sandbox(t).add({ a: passing(), b: passing() });
  await box.run();
  const file = `espalier-runs/${box.runs()[0]}/attempts/libreswan/a/0/verdict.json`;
  for (const content of ['{"version": 1, "word": "pass', '{"version": 99}']) {
    box.write(file, content);
    const { code, stdout } = await box.espalier('report', 'latest');
    assert.equal(code, 0);
    assert.match(stdout, /unresolved +libreswan:a\b/);
    assert.match(stdout, /verdict\.json.*is not what was expected: /);
    assert.match(stdout, /1 passed|passed +libreswan:b\b/);
  }
});
