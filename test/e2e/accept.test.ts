import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { passing, reference, Sandbox } from './sandbox.ts';

const golden = 'testing/pluto/a/east.console.txt';

test('accept shows the patch, writes only when told, and the next run passes', async (t) => {
  const box = new Sandbox(t).add({ a: passing('echo now', 'then\n'), b: passing() });
  await box.run();
  const before = box.read(golden);
  const shown = await box.espalier('accept', 'latest');
  assert.equal(shown.code, 1, shown.stderr);
  assert.match(shown.stdout, /^testing\/pluto\/a\/east\.console\.txt\n--- .*\n\+\+\+ .*\n@@ [\s\S]*\n-then\n\+now\n/);
  assert.match(shown.stderr, /nothing is written without a terminal/);
  assert.equal(box.read(golden), before);
  const written = await box.espalier('accept', 'latest', 'libreswan:a', '--yes');
  assert.equal(written.code, 0, written.stderr);
  assert.equal(box.read(golden), reference('east', ['echo now', 'now\n']));
  assert.equal((await box.run()).code, 0);
  const none = await box.espalier('accept', 'latest', '--yes');
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'nothing to write\n']);
});

test('accept refuses what is major without --major and names the evidence', async (t) => {
  const lost = '4 packets transmitted, 0 received, 100% packet loss, time XXXX';
  const got = '4 packets transmitted, 4 received, 0% packet loss, time XXXX';
  const box = new Sandbox(t).add({ a: passing(`echo ${got}`, `${lost}\n`) });
  await box.run('--reporter', 'json=out.json');
  assert.deepEqual((box.readJson('out.json') as { totals: object }).totals, { major: 1 });
  const refused = await box.espalier('accept', 'latest', '--yes');
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^libreswan:a: refused: major needs --major\n {3}east, east\.console\.txt:\d+, probe different \(outcome\): /,
  );
  assert.match(box.read(golden), /100% packet loss/);
  assert.equal((await box.espalier('accept', 'latest', '--yes', '--major')).code, 0);
  assert.doesNotMatch(box.read(golden), /100% packet loss/);
});

const facts = 'testing/pluto/a/facts.json';
/** What labs without a kernel give: no host ever has an SA. */
const noFacts = '{\n  "version": 1,\n  "states": []\n}\n';

test('accept --facts proposes facts.json for tests that have none, and the next run compares with it', async (t) => {
  const box = new Sandbox(t).add({ a: passing() });
  await box.run();
  const without = await box.espalier('accept', 'latest', 'libreswan:a', '--yes');
  assert.deepEqual([without.code, without.stderr], [0, 'nothing to write\n']);
  const shown = await box.espalier('accept', 'latest', '--facts');
  assert.equal(shown.code, 1);
  assert.match(shown.stdout, /^testing\/pluto\/a\/facts\.json\n--- [\s\S]*\n\+ {2}"version": 1,\n/);
  assert.equal((await box.espalier('accept', 'latest', '--facts', '--yes')).code, 0);
  assert.equal(box.read(facts), noFacts);
  assert.equal((await box.run()).code, 0);
  const again = await box.espalier('accept', 'latest', '--facts', '--yes');
  assert.deepEqual([again.code, again.stderr], [0, 'nothing to write\n']);
});

test('facts that differ are major, and accept writes them with --major alone', async (t) => {
  const golden = { version: 1, states: [{ after: 'east: echo fine', hosts: { east: ['sa in esp'] } }] };
  const box = new Sandbox(t).add({ a: { ...passing(), 'facts.json': JSON.stringify(golden) } });
  const { code, stdout } = await box.run('--reporter', 'list,json=out.json');
  assert.equal(code, 1);
  assert.match(stdout, /facts\.json, `east: echo fine`: .* state 1\n +-after east: echo fine\n +-east: sa in esp\n/);
  assert.deepEqual((box.readJson('out.json') as { totals: object }).totals, { major: 1 });
  const refused = await box.espalier('accept', 'latest', '--yes', '--facts');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^libreswan:a: refused: major needs --major\n {3}facts\.json, SAs and policies are not/);
  assert.equal(box.read(facts), JSON.stringify(golden));
  assert.equal((await box.espalier('accept', 'latest', '--yes', '--major')).code, 0);
  assert.equal(box.read(facts), noFacts);
});

test('accept does not replace facts.json that is broken, or newer than the run', async (t) => {
  const box = new Sandbox(t).add({ a: { ...passing(), 'facts.json': '{' } });
  await box.run();
  const broken = await box.espalier('accept', 'latest', '--yes', '--facts', '--major');
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /refused: unresolved is never accepted\n {3}facts\.json, is not what was expected: /);
  box.remove(facts);
  await box.run();
  box.write(facts, 'written since');
  const newer = await box.espalier('accept', 'latest', '--yes', '--facts');
  assert.equal(newer.code, 1);
  assert.match(newer.stderr, /is not the reference that the run was compared with/);
  assert.equal(box.read(facts), 'written since');
});

test('accept never takes a crash', async (t) => {
  const line = 'echo ASSERTION FAILED';
  const box = new Sandbox(t).add({ a: passing(line, 'fine\n') });
  await box.run();
  const { code, stderr } = await box.espalier('accept', 'latest', '--yes', '--major');
  assert.equal(code, 1);
  assert.match(stderr, /^libreswan:a: refused: crash is never accepted\n/);
});

test('accept leaves alone a reference that changed since the run, and one that is a link', async (t) => {
  const box = new Sandbox(t).add({ a: passing('echo now', 'then\n') });
  await box.run();
  const before = box.read(golden);
  box.write(golden, 'something else\n');
  const changed = await box.espalier('accept', 'latest', '--yes');
  assert.equal(changed.code, 1);
  assert.match(changed.stderr, /is not the reference that the run was compared with/);
  assert.equal(box.read(golden), 'something else\n');
  box.write('elsewhere.txt', before);
  renameSync(join(box.dir, golden), join(box.dir, 'gone'));
  symlinkSync(join(box.dir, 'elsewhere.txt'), join(box.dir, golden));
  const linked = await box.espalier('accept', 'latest', '--yes');
  assert.equal(linked.code, 1);
  assert.match(linked.stderr, /is not a regular file/);
  assert.equal(box.read('elsewhere.txt'), before);
});

test('accept does not follow a scenario folder that leads out of its suite', async (t) => {
  const box = new Sandbox(t).add({ a: passing('echo now', 'then\n') });
  await box.run();
  mkdirSync(join(box.dir, 'outside'));
  renameSync(join(box.dir, 'testing/pluto/a'), join(box.dir, 'outside/a'));
  symlinkSync(join(box.dir, 'outside/a'), join(box.dir, 'testing/pluto/a'));
  const { code, stderr } = await box.espalier('accept', 'latest', '--yes');
  assert.equal(code, 1);
  assert.match(stderr, /lies outside of its suite/);
  assert.match(box.read('outside/a/east.console.txt'), /then/);
});

test('accept refuses a tree that lies in the cache', async (t) => {
  const box = new Sandbox(t).add({ a: passing('echo now', 'then\n') });
  await box.run();
  mkdirSync(join(box.dir, 'cache/suites'), { recursive: true });
  renameSync(join(box.dir, 'testing'), join(box.dir, 'cache/suites/testing'));
  const { code, stderr } = await box.espalier('accept', 'latest', '--yes', '--suite', 'cache/suites/testing');
  assert.equal(code, 3);
  assert.match(stderr, /are not yours to change: Espalier fetched this suite from Debian/);
});

test('a change that two tests share is told once, in the summary, in results and on the page', async (t) => {
  const box = new Sandbox(t).add({ a: passing('echo now 1', 'then 1\n'), b: passing('echo now 2', 'then 2\n') });
  const { stdout } = await box.run('--reporter', 'list');
  assert.match(
    stdout,
    /the same change in several tests:\n2 tests, e\.g\. libreswan:a, libreswan:b:\n {2}-then 1\n {2}\+now 1\n/,
  );
  const run = `espalier-runs/${box.runs()[0]}`;
  const { clusters } = box.readJson(`${run}/results.json`) as { clusters: object };
  assert.deepEqual(clusters, [{ lines: ['-then 1', '+now 1'], tests: ['libreswan:a', 'libreswan:b'] }]);
  assert.match(
    box.read(`${run}/report/data/run.js`),
    /"clusters":\[\{"lines":\["-then 1","\+now 1"\],"tests":\[0,1\]\}\]/,
  );
});

test('a test whose attempt cannot be read is refused, and the others are accepted', async (t) => {
  const box = new Sandbox(t).add({ a: passing('echo now', 'then\n'), b: passing('echo now', 'then\n') });
  await box.run();
  box.write(`espalier-runs/${box.runs()[0]}/attempts/libreswan/a/0/scenario.json`, '{');
  const { code, stderr } = await box.espalier('accept', 'latest', '--yes');
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^libreswan:a: refused: .*scenario\.json: /m);
  assert.match(stderr, /^1 written: testing\/pluto\/b\/east\.console\.txt$/m);
  assert.equal(box.read('testing/pluto/b/east.console.txt'), reference('east', ['echo now', 'now\n']));
});
