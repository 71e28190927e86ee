import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normal, passing, reference, Sandbox } from './sandbox.ts';

const seeded = { 'eastinit.sh': 'echo first\nfake: random\n', 'east.console.txt': '' };
const unseeded = { 'eastinit.sh': 'echo first\nfake: unseeded\n', 'east.console.txt': '' };

test('a replay gives the same bytes, in a run of its own', async (t) => {
  const box = new Sandbox(t).add({ seeded });
  await box.run('--seed', '5', '--repeat-each', '2');
  const { code, stdout, stderr } = await box.espalier('replay', 'latest', 'libreswan:seeded', '--attempt', '0');
  assert.equal(normal(stderr), 'files: espalier-runs/RUN/attempts/libreswan/seeded/0\n');
  assert.match(stdout, /^the same bytes: \d+ records, 2 captures\n$/);
  assert.equal(code, 0);
  assert.equal(box.runs().length, 2);
  const { options } = box.readJson(`espalier-runs/${box.runs()[1]}/run.json`) as { options: Record<string, unknown> };
  assert.deepEqual([options.seed, options.repeatEach, options.retries], ['5', 1, 0]);
});

test('a replay of one of several seeds uses that seed', async (t) => {
  const box = new Sandbox(t).add({ seeded });
  await box.run('--seeds', '3');
  const { code } = await box.espalier('replay', 'latest', 'libreswan:seeded', '--attempt', '2');
  assert.equal(code, 0);
  const { options } = box.readJson(`espalier-runs/${box.runs()[1]}/run.json`) as { options: Record<string, unknown> };
  assert.deepEqual([options.seed, options.seeds], ['3', undefined]);
});

test('a replay that differs names the first record of both with host and command', async (t) => {
  const box = new Sandbox(t).add({ unseeded });
  await box.run();
  const { code, stdout } = await box.espalier('replay', 'latest', 'libreswan:unseeded');
  assert.equal(code, 1);
  const lines = stdout
    .replace(/[0-9a-f]{16}/g, 'RANDOM')
    .replace(/\d+\.\d{9} s/g, 'T')
    .split('\n');
  assert.deepEqual(lines.slice(0, 6), [
    'not the same bytes; - stored, + replayed',
    'east, records, `fake: unseeded`: two attempts of one seed first differ at record 6 (output)',
    '  -output at T',
    '  -RANDOM',
    '  -',
    '  +output at T',
  ]);
});

test('another suite is refused with what it is, and --force runs all the same', async (t) => {
  const box = new Sandbox(t).add({ seeded });
  await box.run();
  box.add({ more: passing() });
  const refused = await box.espalier('replay', 'latest', 'libreswan:seeded');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^cannot be replayed\nanother suite: the stored attempt had .* here it is /);
  assert.match(refused.stderr, /-> --force runs it all the same/);
  assert.equal(box.runs().length, 1);
  const forced = await box.espalier('replay', 'latest', 'libreswan:seeded', '--force');
  assert.equal(forced.code, 0);
  assert.match(forced.stderr, /^warning: another suite: /);
});

test('commands that a test no longer has are noticed though its suite has the same list', async (t) => {
  const box = new Sandbox(t).add({ seeded });
  await box.run();
  box.write('testing/pluto/seeded/eastinit.sh', 'echo second\n');
  const { code, stderr } = await box.espalier('replay', 'latest', 'libreswan:seeded');
  assert.equal(code, 2);
  assert.match(stderr, /another scenario: the stored attempt had other commands/);
  const forced = await box.espalier('replay', 'latest', 'libreswan:seeded', '--force');
  assert.equal(forced.code, 1);
  assert.match(
    forced.stdout,
    /first differ at record 2 \(commandBegin\)\n {2}-.*\n {2}-echo first\n {2}\+.*\n {2}\+echo second/,
  );
});

test('what cannot be replayed at all is a usage error', async (t) => {
  const box = new Sandbox(t).add({ seeded, 'basic-01': { 'eastinit.sh': 'semodule -l\n' } });
  await box.run('--seed', 'none');
  const cases = [
    [['libreswan:seeded'], /ran without a seed/],
    [['libreswan:basic-01'], /none of its labs came to an end/],
    [['libreswan:basic-02'], /did you mean libreswan:basic-01\?/],
    [['libreswan:seeded', '--attempt', '4'], /no such attempt: its attempts are 0/],
  ] as const;
  for (const [args, message] of cases) {
    const { code, stderr } = await box.espalier('replay', 'latest', ...args);
    assert.match(stderr, message);
    assert.equal(code, 3);
  }
});

test('a lab that the wall clock ended is not replayed unasked', async (t) => {
  const box = new Sandbox(t).add({
    dead: { 'eastinit.sh': 'fake: die\n', 'east.console.txt': reference('east', ['fake: die']) },
  });
  await box.run();
  const { code, stderr } = await box.espalier('replay', 'latest', 'libreswan:dead');
  assert.equal(code, 2);
  assert.match(stderr, /cut short by the wall clock \(lab-died\)/);
});
