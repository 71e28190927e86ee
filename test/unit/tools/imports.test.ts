import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importProblems } from '../../../tools/gate/imports.ts';
import type { Rules } from '../../../tools/gate/rules.ts';
import { rulesWith, tree } from './made-up.ts';

const rooms: Rules['rooms'] = {
  'src/base': { imports: [] },
  'src/pure': { imports: ['src/base'], pure: true },
  'src/pure/wire': { imports: ['src/pure'], node: { 'node:crypto': ['createHmac'] } },
  'src/top': { imports: ['src/pure'], packages: ['zod'] },
};
const common = ['src/base/errors.ts'];

/** Files that need every grant of these rooms, so that none is stale. */
const whole = {
  'src/base/errors.ts': 'export const fail = 1;\n',
  'src/pure/b.ts': 'export const b = 1;\n',
  'src/pure/wire/c.ts': "import { createHmac } from 'node:crypto';\nimport { b } from '../b.ts';\n",
  'src/top/a.ts': "import { z } from 'zod';\nimport '../pure/wire/c.ts';\n",
};

function problems(files: Record<string, string>, more: Partial<Rules> = {}): string[] {
  const fixed = { ...rooms, 'src/pure': { imports: [], pure: true } };
  return importProblems(tree({ ...whole, ...files }), rulesWith({ rooms: fixed, common, ...more }));
}

test('a tree that keeps to its rules has no problem', () => {
  assert.deepEqual(problems({}), []);
});

test('what deps.json does not name is refused', () => {
  assert.deepEqual(
    problems({
      'src/top/c.ts':
        "import { d } from '../base/d.ts';\nimport x from 'other/deep';\nawait import('../where/e.ts');\n",
      'src/nowhere/f.ts': "import { d } from '../base/d.ts';\n",
      'src/base/g.ts': "export type G = import('../top/a.ts').A;\nexport * from '../pure/b.ts';\n",
    }),
    [
      'src/top/c.ts: imports src/base/d.ts, but deps.json does not let src/top import src/base',
      'src/top/c.ts: imports the package other, which deps.json does not give to src/top',
      'src/top/c.ts: imports src/where/e.ts, whose folder is not in deps.json',
      'src/nowhere/f.ts: its folder is not in deps.json',
      'src/base/g.ts: imports src/pure/b.ts, but deps.json does not let src/base import src/pure',
      'src/base/g.ts: imports src/top/a.ts, but deps.json does not let src/base import src/top',
    ],
  );
});

test('a pure folder reaches neither node:* nor folders that are not pure', () => {
  const files = {
    'src/pure/a.ts': "import fs from 'node:fs';\nimport { d } from '../base/d.ts';\nimport '../base/errors.ts';\n",
    'src/base/d.ts': 'export const d = 1;\n',
  };
  assert.deepEqual(importProblems(tree({ ...whole, ...files }), rulesWith({ rooms, common })), [
    'src/pure/a.ts: imports node:fs, but src/pure is pure',
    'src/pure/a.ts: imports src/base/d.ts, but src/pure is pure and src/base is not',
    'deps.json: no file needs: src/pure imports src/base',
  ]);
});

test('a nested room has what it is granted by name, and nothing of the room around it', () => {
  assert.deepEqual(
    problems({
      'src/pure/d.ts': "import { createHmac } from 'node:crypto';\n",
      'src/pure/wire/e.ts': "import { createHmac, randomBytes } from 'node:crypto';\n",
      'src/pure/wire/f.ts': "import * as crypto from 'node:crypto';\nimport { z } from 'zod';\n",
      'src/pure/wire/g.ts':
        "import { constants as fixed } from 'node:crypto';\nimport { now } from 'node:perf_hooks';\n",
      'src/pure/g.ts': "import './wire/c.ts';\n",
    }),
    [
      'src/pure/d.ts: imports node:crypto, but src/pure is pure',
      'src/pure/wire/e.ts: imports randomBytes of node:crypto, but src/pure/wire is pure',
      'src/pure/wire/f.ts: imports node:crypto, but src/pure/wire is pure',
      'src/pure/wire/f.ts: imports the package zod, which deps.json does not give to src/pure/wire',
      'src/pure/wire/g.ts: imports constants of node:crypto, but src/pure/wire is pure',
      'src/pure/wire/g.ts: imports node:perf_hooks, but src/pure/wire is pure',
      'src/pure/g.ts: imports src/pure/wire/c.ts, but deps.json does not let src/pure import src/pure/wire',
    ],
  );
});

test('grants that nobody needs are refused, rooms without files and exceptions too', () => {
  const stale: Rules['rooms'] = {
    'src/base': { imports: ['src/pure'] },
    'src/pure': { imports: [], packages: ['diff'], pure: true, node: { 'node:zlib': ['inflateRawSync'] } },
    'src/ghost': { imports: [] },
  };
  const exceptions = { 'src/base/a.ts': { 'src/pure/b.ts': 'once it was needed' } };
  const files = { 'src/base/a.ts': "import './c.ts';\n", 'src/base/c.ts': '', 'src/pure/b.ts': '' };
  assert.deepEqual(importProblems(tree(files), rulesWith({ rooms: stale, exceptions })), [
    'deps.json: src/ghost has no files',
    'deps.json: no file needs: src/base imports src/pure',
    'deps.json: no file needs: src/pure packages diff',
    'deps.json: no file needs: src/pure node:zlib inflateRawSync',
    'deps.json: the exception src/base/a.ts → src/pure/b.ts is not needed',
  ]);
});

test('an exception lets one file import one file, and no grant is needed for it', () => {
  const exceptions = { 'src/base/a.ts': { 'src/top/a.ts': 'to go: for the test' } };
  const files = { 'src/base/a.ts': "import '../top/a.ts';\n", 'src/base/d.ts': "import '../top/a.ts';\n" };
  assert.deepEqual(problems(files, { exceptions }), [
    'src/base/d.ts: imports src/top/a.ts, but deps.json does not let src/base import src/top',
  ]);
});

test('a slice is reached by its table, tests and tools alone', () => {
  const sliced: Rules['rooms'] = {
    'src/suites': { imports: [] },
    'src/top': { imports: ['src/suites'] },
    test: { imports: ['*'] },
  };
  const files = {
    'src/suites/format.ts': '',
    'src/suites/one/a.ts': "import '../format.ts';\nimport './deep/b.ts';\n",
    'src/suites/one/deep/b.ts': "import '../../two/a.ts';\n",
    'src/suites/two/a.ts': '',
    'src/suites/all.ts': "import './one/a.ts';\nimport './two/a.ts';\n",
    'src/suites/other.ts': "import './one/a.ts';\n",
    'src/top/a.ts': "import '../suites/all.ts';\nimport '../suites/two/a.ts';\n",
    'test/unit/a.test.ts': "import '../../src/suites/two/a.ts';\nimport '../../src/top/a.ts';\n",
  };
  assert.deepEqual(importProblems(tree(files), rulesWith({ rooms: sliced, slices: ['src/suites'] })), [
    'src/suites/one/deep/b.ts: imports src/suites/two/a.ts, but only src/suites/all.ts reaches into the slice two',
    'src/suites/other.ts: imports src/suites/one/a.ts, but only src/suites/all.ts reaches into the slice one',
    'src/top/a.ts: imports src/suites/two/a.ts, but only src/suites/all.ts reaches into the slice two',
  ]);
});

test('a circle of imports is shown whole, and so is one of rooms', () => {
  assert.deepEqual(
    importProblems(
      tree({
        'src/one/a.ts': "import './b.ts';\n",
        'src/one/b.ts': "import './c.ts';\nimport '../two/d.ts';\n",
        'src/one/c.ts': "import './b.ts';\n",
        'src/two/d.ts': "import '../one/deep/e.ts';\n",
        'src/one/deep/e.ts': '',
      }),
      rulesWith({
        rooms: {
          'src/one': { imports: ['src/two'] },
          'src/one/deep': { imports: [] },
          'src/two': { imports: ['src/one/deep'] },
        },
      }),
    ),
    ['import cycle: src/one/b.ts -> src/one/c.ts -> src/one/b.ts', 'room cycle: src/one -> src/two -> src/one'],
  );
});
