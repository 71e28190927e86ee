import assert from 'node:assert/strict';
import { test } from 'node:test';
import { habitProblems } from '../../../tools/gate/habits.ts';

const problems = (path: string, text: string) => habitProblems([{ path, text }]);

test('code that looks for files beside itself is refused, since the package has it elsewhere', () => {
  const text = `const a = new URL('./b.ts', import.meta.url);\nconst c = join(projectDir, 'src', 'd.sh');\nconst e = join(projectDir, 'src/f.sh');\n`;
  const found = problems('src/lab/a.ts', text);
  assert.deepEqual(
    found.map((problem) => problem.split(': ').slice(0, 2).join(': ')),
    ['src/lab/a.ts:1: import.meta', 'src/lab/a.ts:2: src below projectDir', 'src/lab/a.ts:3: src below projectDir'],
  );
  assert.deepEqual(problems('src/base/form.ts', 'const here = import.meta.url;'), []);
  assert.deepEqual(problems('test/unit/a.test.ts', text), [], 'tests are in no package');
  assert.deepEqual(problems('src/lab/a.ts', "join(projectDir, 'guest'); join(tree, 'src');"), []);
});
