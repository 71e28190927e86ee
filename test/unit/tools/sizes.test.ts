import assert from 'node:assert/strict';
import { test } from 'node:test';
import { habitProblems } from '../../../tools/gate/habits.ts';
import { fileSizes, sizeProblems } from '../../../tools/gate/sizes.ts';
import { rulesWith, tree } from './made-up.ts';

const lines = (count: number): string => 'work();\n'.repeat(count);
const small = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`src/small/${index}.ts`, 'a();\n']));

test('files, functions and parameters have a limit', () => {
  const files = {
    ...small,
    'src/top/a.ts': `function long() {\n${lines(90)}}\nconst many = (a, b, c, d) => a;\n`,
    'test/unit/a.test.ts': lines(351),
  };
  assert.deepEqual(sizeProblems(tree(files), rulesWith()), [
    'src/top/a.ts:long: 92 lines; a function has at most 80',
    'src/top/a.ts:many: 4 parameters; at most 3 positional ones',
    'test/unit/a.test.ts: 351 lines; a file has at most 350',
  ]);
});

test('a budget with a reason lets one place be larger, and is refused where nothing is', () => {
  const budgets = { 'src/top/a.ts': 'a table', 'src/top/a.ts:long': 'a table', 'src/top/b.ts': 'a table once' };
  const files = { ...small, 'src/top/a.ts': `function long() {\n${lines(351)}}\n`, 'src/top/b.ts': lines(20) };
  assert.deepEqual(sizeProblems(tree(files), rulesWith({ budgets })), [
    'deps.json: the budget of src/top/b.ts is not needed',
  ]);
});

test('at most one file in 20 may be large', () => {
  const files = { ...small, 'src/top/a.ts': lines(201), 'ui/src/b.ts': lines(202) };
  assert.deepEqual(fileSizes(tree(files)), { median: 1, p95: 201 });
  assert.deepEqual(sizeProblems(tree(files), rulesWith()), ['p95: one file in 20 has 201 lines or more; at most 200']);
});

test('timers, errors and repeated titles are found where they are forbidden', () => {
  const files = {
    'src/top/a.ts': "setTimeout(work, 1);\nthrow new Error('x');\n",
    'src/base/deadline.ts': 'setTimeout(work, 1);\n',
    'test/x.test.ts': "test('one', () => {});\ntest('one', () => {});\nthrow new Error('x');\n",
  };
  assert.deepEqual(habitProblems(tree(files)), [
    'src/top/a.ts:1: setTimeout: timers live in src/base/deadline.ts',
    'src/top/a.ts:2: new Error: raise an EspalierError, which says whose fault it is',
    'test/x.test.ts: two tests are called "one"',
  ]);
});
