import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { normal, passing, Sandbox } from './sandbox.ts';

test('a test is told through all runs, in the index that runs keep and in one made anew', async (t) => {
  const box = new Sandbox(t).add({ a: passing(), b: passing() });
  await box.run();
  box.add({ a: passing('echo now', 'then\n') });
  assert.equal((await box.run()).code, 1);
  assert.ok(existsSync(join(box.dir, 'espalier-runs/index.sqlite')));
  const told = await box.espalier('history', 'libreswan:a');
  assert.equal(told.stderr, '');
  const lines = normal(told.stdout).split('\n');
  assert.equal(lines[0], 'libreswan:a: minor, not passing since RUN (passed last in RUN); 1 flip in 2 runs');
  assert.match(lines[3] ?? '', /^RUN +passed +N s/);
  assert.match(told.stdout, /minor +newly failing/);
  const suite = await box.espalier('history', 'libreswan');
  assert.match(normal(suite.stdout), /^libreswan: 2 runs, 1 of 2 tests flipped\n/);
  assert.match(suite.stdout, /^\.m {2}a {2}1 flip {2}not passing since /m);
  const json = await box.espalier('history', 'libreswan:a', '--json');
  assert.equal((JSON.parse(json.stdout) as { flips: number }).flips, 1);
  assert.equal((await box.espalier('reindex')).stdout, '2 runs\n');
  assert.equal((await box.espalier('history', 'libreswan:a')).stdout, told.stdout);
  const none = await box.espalier('history', 'libreswan:c');
  assert.equal(none.code, 3);
});

test('two runs are compared, and the exit code says whether the second is worse', async (t) => {
  const box = new Sandbox(t).add({ a: passing(), b: passing(), c: passing() });
  await box.run();
  box.add({ a: passing('echo now', 'then\n'), d: passing() });
  await box.run('libreswan:a', 'libreswan:b', 'libreswan:d');
  const [first = '', second = ''] = box.runs();
  const worse = await box.espalier('compare', first, second);
  assert.equal(worse.code, 1, worse.stderr);
  assert.equal(
    normal(worse.stdout),
    `RUN against RUN: 2 tests in both

newly failing: 1
  passed -> minor  libreswan:a  differs from its reference

only in RUN: 1: libreswan:c

only in RUN: 1: libreswan:d

tests by their issues         differing output
RUN
RUN  1
`,
  );
  const better = await box.espalier('compare', second, first, '--json');
  assert.equal(better.code, 0);
  const { changes } = JSON.parse(better.stdout) as { changes: Record<string, { test: string }[]> };
  assert.deepEqual(
    changes['newly passing']?.map(({ test: name }) => name),
    ['libreswan:a'],
  );
  assert.equal((await box.espalier('compare', first, second, '--by', 'luck')).code, 3);
});

test('more than two runs are laid side by side, and the last decides against the first', async (t) => {
  const box = new Sandbox(t).add({ a: passing(), b: passing() });
  await box.run();
  box.add({ a: passing('echo now', 'then\n'), c: passing() });
  await box.run();
  box.add({ a: passing() });
  await box.run();
  const [first = '', second = '', third = ''] = box.runs();
  const { code, stdout, stderr } = await box.espalier('compare', first, second, third);
  assert.equal(code, 0, stderr);
  assert.equal(
    normal(stdout).replace(/ +/g, ' '),
    `3 runs: 2 tests in all of them, 1 with different verdicts

run minor passed
RUN 2
RUN 1 2
RUN 3

tests by their issues differing output
RUN
RUN 1
RUN

.m. libreswan:a

m minor, . passed

RUN against RUN: 2 tests in both

only in RUN: 1: libreswan:c
`,
  );
  assert.equal((await box.espalier('compare', third, first, second)).code, 1);
  const json = JSON.parse((await box.espalier('compare', first, second, third, '--json')).stdout) as {
    now: string;
    several: { tests: unknown };
  };
  assert.equal(json.now, third);
  assert.deepEqual(json.several.tests, [{ test: 'libreswan:a', words: ['passed', 'minor', 'passed'] }]);
  const history = await box.espalier('history', 'libreswan');
  assert.match(normal(history.stdout), /\ntests by their issues +differing output\nRUN\nRUN +1\nRUN\n/);
  assert.match((await box.espalier('history', 'libreswan:a')).stdout, /minor +newly failing .* differing output$/m);
});
