import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeProblems } from '../../../tools/code-rules.ts';
import { importProblems } from '../../../tools/import-rules.ts';

const rooms: Record<string, { imports: string[]; packages?: string[]; pure?: boolean }> = {
  'src/base': { imports: [] },
  'src/pure': { imports: ['src/base'], pure: true },
  'src/top': { imports: ['src/pure'], packages: ['zod'] },
};

function imports(files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return importProblems(sources, { rooms, exceptions: {} });
}

test('what deps.json does not name is refused', () => {
  assert.deepEqual(
    imports({
      'src/top/a.ts': "import { b } from '../pure/b.ts';\nimport { z } from 'zod';\nexport const a = b;\n",
      'src/top/c.ts':
        "import { d } from '../base/d.ts';\nimport x from 'other/deep';\nawait import('../where/e.ts');\n",
    }),
    [
      'src/top/c.ts: imports src/base/d.ts, but deps.json does not let src/top import src/base',
      'src/top/c.ts: imports src/where/e.ts, whose folder is not in deps.json',
      'src/top/c.ts: imports the package other, which deps.json does not give to src/top',
    ],
  );
});

test('a pure folder reaches neither node:* nor folders that are not pure', () => {
  assert.deepEqual(
    imports({
      'src/pure/a.ts': "import fs from 'node:fs';\nimport { d } from '../base/d.ts';\nimport '../base/errors.ts';\n",
    }),
    [
      'src/pure/a.ts: imports src/base/d.ts, but src/pure is pure and src/base is not',
      'src/pure/a.ts: imports node:fs, but src/pure is pure',
    ],
  );
});

test('a circle of imports is shown whole', () => {
  assert.deepEqual(
    imports({
      'src/base/a.ts': "import './b.ts';\n",
      'src/base/b.ts': "import './c.ts';\n",
      'src/base/c.ts': "import './b.ts';\n",
    }),
    ['import cycle: src/base/b.ts -> src/base/c.ts -> src/base/b.ts'],
  );
});

test('budgets, timers, errors and clocks are found where they are forbidden', () => {
  const long = `function long() {\n${'  work();\n'.repeat(90)}}\n`;
  const files = [
    {
      path: 'src/top/a.ts',
      text: `${long}const many = (a, b, c, d) => a;\nsetTimeout(many, 1);\nthrow new Error('x');\n`,
    },
    {
      path: 'src/pure/b.ts',
      text: 'export const now = Date.now();\nexport const then = new Date(5);\nprocess.exit();\n',
    },
    { path: 'test/x.test.ts', text: "test('one', () => {});\ntest('one', () => {});\n" },
  ];
  assert.deepEqual(codeProblems(files, { budgets: {}, rooms }), [
    'src/top/a.ts:long: 92 lines; a function has at most 80',
    'src/top/a.ts:many: 4 parameters; at most 3 positional ones',
    'src/top/a.ts:94: setTimeout: timers live in src/base/deadline.ts',
    'src/top/a.ts:95: new Error: raise an EspalierError, which says whose fault it is',
    'src/pure/b.ts:1: Date: this folder is pure',
    'src/pure/b.ts:3: process: this folder is pure',
    'test/x.test.ts: two tests are called "one"',
  ]);
});
