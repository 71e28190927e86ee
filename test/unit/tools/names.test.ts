import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameProblems } from '../../../tools/gate/names.ts';
import { rulesWith, tree } from './made-up.ts';

const slices = ['src/suites', 'src/daemons'];
const names = { swan: ['swan', 'pluto'], plain: [], uml: ['=uml'] };
const whole = {
  'src/daemons/all.ts': "import { swan } from './swan/read.ts';\nexport const all = [swan];\n",
  'src/daemons/swan/read.ts': "export const swan = 'pluto';\n",
  'src/suites/swan/open.ts': "export const plutoLog = 'swan';\n",
  'src/suites/plain/open.ts': 'export const plain = 1;\n',
  'src/suites/uml/open.ts': "export const name = 'uml';\n",
  'src/suites/toy/open.ts': "export const name = 'toy';\n",
};

function problems(files: Record<string, string>, exceptions = {}): string[] {
  return nameProblems(tree({ ...whole, ...files }), rulesWith({ slices, names, exceptions }));
}

test("slices, tables, tests and the command line's texts say names", () => {
  const files = {
    'src/cli/run.ts': "export const help = 'runs the suite swan';\n",
    'test/unit/a.test.ts': "test('swan', () => {});\n",
    'src/top/a.ts': '// swan is only a comment here\nexport const umlaut = plain;\n',
  };
  assert.deepEqual(problems(files), []);
});

test('a name elsewhere is refused: identifiers, strings, templates, patterns; a new slice is guarded unasked', () => {
  const files = {
    'src/cli/run.ts': 'export const swanOption = 1;\n',
    'src/connection/a.ts': `export const renderSwan = (n: number) => \`the \${n} Plutos\`;\nexport const b = /swan\\d/;\n`,
    'src/suites/toy/b.ts': "export const peer = 'swan';\nexport const toyName = 'toy';\n",
    'src/top/a.ts': "export const is = (name: string) => name === 'uml' || name === 'toy';\n",
  };
  assert.deepEqual(problems(files), [
    'src/cli/run.ts:1: swanOption: swan is named outside its slice',
    'src/connection/a.ts:1: renderSwan: swan is named outside its slice',
    'src/connection/a.ts:1: } Plutos`: swan is named outside its slice',
    'src/connection/a.ts:2: /swan\\d/: swan is named outside its slice',
    "src/suites/toy/b.ts:1: 'swan': swan is named outside its slice",
    "src/top/a.ts:1: 'uml': uml is named outside its slice",
    "src/top/a.ts:1: 'toy': toy is named outside its slice",
  ]);
});

test('an exception is for a file or a folder, and refused where it is not needed', () => {
  const exceptions = { 'src/suites/toy': { 'name:swan': 'its peers' }, 'src/top/a.ts': { 'name:toy': 'none' } };
  const files = { 'src/suites/toy/deep/b.ts': "export const peer = 'swan';\n", 'src/top/a.ts': '' };
  assert.deepEqual(problems(files, exceptions), ['deps.json: the exception src/top/a.ts → name:toy is not needed']);
});
