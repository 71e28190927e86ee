import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { validateXML } from 'xmllint-wasm';
import { projectDir } from '../../src/base/folders.ts';
import type { RunData, TestData } from '../../src/report/page/data.ts';
import { normal, passing, reference, Sandbox } from './sandbox.ts';

const hostile = '\x1b]0;evil\x07\x1b[31m<script>alert(1)</script>\x1b[0m\r\n</pre>\x9b&\u202e"\'\n';
const hex = Buffer.from(hostile).toString('hex');

function suite(box: Sandbox): Sandbox {
  return box.add({
    good: passing(),
    hostile: { 'eastinit.sh': `fake: bytes ${hex}\n`, 'east.console.txt': reference('east', [`fake: bytes ${hex}`]) },
    labels: { 'eastinit.sh': 'semodule -l\n' },
  });
}

test('junit, tap, json and the summary tell the same run', async (t) => {
  const box = suite(new Sandbox(t));
  const { code, stdout } = await box.run(
    '--reporter',
    'dot,junit=out/junit.xml,tap=out/run.tap,json=out/run.json,markdown=out/run.md',
  );
  assert.equal(code, 1);
  assert.match(stdout, /^[.ms?]{3} /);
  const junit = box.read('out/junit.xml');
  const { errors } = await validateXML({
    xml: junit,
    schema: readFileSync(join(projectDir, 'docs/junit.xsd'), 'utf8'),
  });
  assert.deepEqual(errors, []);
  assert.match(junit, /<testsuites name="espalier" tests="3" failures="1" errors="0" skipped="1" /);
  assert.match(junit, /<testsuite name="libreswan" tests="3" failures="1" errors="0" skipped="1" time="\d+\.\d{3}">/);
  assert.match(junit, /<testcase classname="libreswan" name="good" time="\d+\.\d{3}"\/>/);
  assert.match(junit, /<skipped message="needs SELinux with its policy and labels"\/>/);
  assert.doesNotMatch(junit, /<script|[^\n\t\P{Cc}]|\u202e/u);
  const tap = box.read('out/run.tap').split('\n');
  assert.deepEqual(tap.slice(0, 4), [
    'TAP version 14',
    '1..3',
    'ok 1 - libreswan:good',
    'not ok 2 - libreswan:hostile',
  ]);
  assert.ok(tap.includes('ok 3 - libreswan:labels # SKIP needs SELinux with its policy and labels'));
  const { totals, categories } = box.readJson('out/run.json') as { totals: object; categories: object };
  assert.deepEqual(totals, { minor: 1, unsupported: 1, passed: 1 });
  assert.deepEqual(categories, { 'differing-output': 1, 'suspect-output': 1 });
  const summary = box.read('out/run.md');
  assert.match(summary, /^## 1 of 3 tests not as expected\n/);
  assert.match(summary, /### Not as expected: 1\n\n<details><summary>minor <code>libreswan&#58;hostile<\/code>/);
  assert.doesNotMatch(summary, /[^\n\t\P{Cc}]|\u202e/u);
});

test('console bytes are harmless on a terminal and on pages', async (t) => {
  const box = suite(new Sandbox(t));
  const { stdout } = await box.run('--reporter', 'list');
  assert.doesNotMatch(stdout, /[^\n\t\P{Cc}]|\u202e/u);
  const report = join(box.dir, 'espalier-runs', box.runs()[0] ?? '', 'report');
  const data = new Map<string, RunData | TestData>();
  for (const file of readdirSync(join(report, 'data'), { recursive: true }).map(String)) {
    if (!file.endsWith('.js')) continue;
    const text = readFileSync(join(report, 'data', file), 'utf8');
    assert.doesNotMatch(text, /[^\n\P{Cc}]|\u202e/u, file);
    const [, name = '', json = ''] = /^espalierData\("([^"]+)",(.*)\);\n$/.exec(text) ?? [];
    assert.equal(`${name}.js`, file);
    data.set(name, JSON.parse(json) as RunData | TestData);
  }
  const { tests } = data.get('run') as RunData;
  assert.deepEqual(
    tests.map(({ name, word, page }) => [name, word, data.has(page ?? '')]),
    [
      ['good', 'passed', true],
      ['hostile', 'minor', true],
      ['labels', 'unsupported', true],
    ],
  );
  const hostilePage = data.get(tests[1]?.page ?? '') as TestData;
  const output = hostilePage.lab?.consoles[0]?.commands[0]?.output;
  assert.deepEqual(output?.[0]?.text, '<script>alert(1)</script>');
  assert.deepEqual(output?.[1]?.text, '</pre>\\u202e"\'');
  for (const { href } of hostilePage.downloads) {
    assert.match(href, /^files\/\d+\/[A-Za-z0-9._-]+\.(?:txt|txt\.gz|pcapng)$/);
    assert.ok(existsSync(join(report, href)), href);
  }
});

/** The data of the second test of the last run. */
function secondTest(box: Sandbox): TestData {
  const text = box.read(`espalier-runs/${box.runs()[0]}/report/data/test/00001.js`);
  return JSON.parse(text.slice(text.indexOf(',') + 1, -3)) as TestData;
}

test('a file that cannot be read costs its part of one page, not the report', async (t) => {
  const box = suite(new Sandbox(t));
  await box.run();
  const attempt = `espalier-runs/${box.runs()[0]}/attempts/libreswan/hostile/0`;
  box.write(`${attempt}/files/var/log/east.log.zst`, 'no zstd');
  box.write(`${attempt}/derived/checks.json`, '{');
  const { code, stdout, stderr } = await box.espalier('report', 'latest', '--full');
  // Its labs ran at another time, several at once: there is no time that it took.
  assert.match(stdout, /^\d+ of \d+ done$/m);
  assert.equal(code, 0, stderr);
  const { lab, notes } = secondTest(box);
  assert.equal(lab?.consoles.length, 1);
  assert.match(lab?.logs.find(({ name }) => name === 'east.log')?.left ?? '', /cannot be read/);
  assert.deepEqual(
    notes.map((note) => note.replace(/: .*/s, '')),
    ['checks', 'east.log.txt'],
  );
});

test('what judging left nothing of is missing on its page, which says how it is made; judging makes the same bytes', async (t) => {
  const box = suite(new Sandbox(t));
  await box.run();
  const id = box.runs()[0];
  const observed = `espalier-runs/${id}/attempts/libreswan/hostile/0/derived/observed.json`;
  const before = box.read(observed);
  box.remove(observed);
  assert.equal((await box.espalier('report', 'latest')).code, 0);
  const { lab, notes } = secondTest(box);
  assert.deepEqual(
    lab?.ladder.map(({ kind }) => kind),
    ['command'],
  );
  assert.equal(lab?.consoles.length, 1);
  const wanted = `packets, SAs and checks are not shown: there is no derived/observed.json, which espalier judge ${id} makes`;
  assert.deepEqual(notes, [wanted]);
  box.write(observed, before.replace('"version":1', '"version":9'));
  assert.equal((await box.espalier('report', 'latest')).code, 0);
  assert.match(secondTest(box).notes.join('\n'), /^what judging saw cannot be shown: .*version/);
  assert.equal((await box.espalier('judge', 'latest')).code, 1);
  assert.equal(box.read(observed), before);
});

test('a stored run is reported again from its files alone', async (t) => {
  const box = suite(new Sandbox(t));
  const first = await box.run('--reporter', 'tap');
  const again = await box.espalier('report', 'latest', '--reporter', 'tap');
  assert.equal(again.stdout, first.stdout);
  assert.equal(again.code, 0);
});

test('judging a stored run again gives the same bytes', async (t) => {
  const box = suite(new Sandbox(t));
  await box.run();
  const run = `espalier-runs/${box.runs()[0]}`;
  const files = ['results.json', 'attempts/libreswan/good/0/verdict.json', 'attempts/libreswan/hostile/0/verdict.json'];
  const before = files.map((file) => box.read(`${run}/${file}`));
  for (const file of files) rmSync(join(box.dir, run, file));
  rmSync(join(box.dir, 'testing'), { recursive: true });
  const { code, stderr } = await box.espalier('judge', 'latest');
  assert.equal(code, 1, stderr);
  assert.deepEqual(
    files.map((file) => box.read(`${run}/${file}`)),
    before,
  );
});

test('an attempt whose attempt.json is gone is unresolved, in every command', async (t) => {
  const box = new Sandbox(t).add({ good: passing(), other: passing() });
  assert.equal((await box.run()).code, 0);
  const run = `espalier-runs/${box.runs()[0]}`;
  const attempt = `${run}/attempts/libreswan/good/0`;
  box.remove(`${attempt}/attempt.json`);
  const report = await box.espalier('report', 'latest', '--reporter', 'list');
  assert.match(report.stdout, /^unresolved +libreswan:good/m);
  const { code, stdout } = await box.espalier('judge', 'latest', '--reporter', 'list');
  assert.match(stdout, /^unresolved +libreswan:good .*\n(?:.*\n)*? +attempt\.json: does not exist/m);
  assert.match(stdout, /^passed +libreswan:other/m);
  assert.equal(code, 1);
  const { word } = box.readJson(`${attempt}/verdict.json`) as { word: string };
  assert.equal(word, 'unresolved');
});

test('a run that lists no tests cannot be judged', async (t) => {
  const box = new Sandbox(t).add({ good: passing() });
  await box.run();
  const run = `espalier-runs/${box.runs()[0]}/run.json`;
  box.write(run, JSON.stringify({ ...(box.readJson(run) as object), scenarios: [] }));
  const { code, stderr } = await box.espalier('judge', 'latest');
  assert.equal(code, 2);
  assert.match(stderr, /lists no tests, so there is nothing to judge/);
});

test("a stored run is judged by today's references on request", async (t) => {
  const box = new Sandbox(t).add({ a: passing('echo now', 'then\n') });
  assert.equal((await box.run()).code, 1);
  box.add({ a: passing('echo now', 'now\n') });
  assert.equal((await box.espalier('judge', 'latest')).code, 1);
  assert.equal((await box.espalier('judge', 'latest', '--suite', 'testing')).code, 0);
});

test('line shows only what is not as expected', async (t) => {
  const box = suite(new Sandbox(t));
  const { stdout } = await box.run('--reporter', 'line', '-g', 'good|labels');
  const lines = normal(stdout).split('\n');
  assert.deepEqual(lines.slice(-5), ['', '1 unsupported', '1 passed', '2 of 2 done in N s', '']);
});
