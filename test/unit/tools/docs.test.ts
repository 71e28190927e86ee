import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandProblems, wordsOf } from '../../../tools/gate/docs/commands.ts';
import { codeBlocks, type Document } from '../../../tools/gate/docs/document.ts';
import { anchorsOf, commentProblems, linkProblems, pathProblems } from '../../../tools/gate/docs/links.ts';
import { sampleProblems } from '../../../tools/gate/docs/samples.ts';

const page = (text: string, path = 'docs/a.md'): Document => ({ path, text });
const exists = (path: string): boolean => ['src/base/errors.ts', 'docs/shown.png', 'src'].includes(path);
const fence = '```';

test('headings have the names that a forge gives them', () => {
  const text = `# One, *two* & three\n## [A link](b.md) here\n### \`code_x\` – Ärger\n## One\n## One\n${fence}\n# no heading\n${fence}\n`;
  assert.deepEqual(anchorsOf(page(text)), ['one-two--three', 'a-link-here', 'code_x--ärger', 'one', 'one-1']);
});

test('links, anchors and images that lead nowhere are found, in prose alone', () => {
  const text = [
    '# Top',
    '[here](#top) [there](b.md#other) [there](b.md) [above](../src) ![shown](shown.png) [far](https://a.test/b#c)',
    '[no](#bottom) and [no](c.md) and [no](b.md#top)',
    '<img src="lost.png"> ![lost](lost.svg "a title")',
    '`[code](lost.md)`',
    `${fence}\n[code](lost.md)\n${fence}`,
  ];
  assert.deepEqual(linkProblems([page(text.join('\n')), page('# Other', 'docs/b.md')], exists), [
    'docs/a.md:3: #bottom: docs/a.md has no heading #bottom',
    'docs/a.md:3: c.md: there is no docs/c.md',
    'docs/a.md:3: b.md#top: docs/b.md has no heading #top',
    'docs/a.md:4: lost.svg: there is no docs/lost.svg',
    'docs/a.md:4: lost.png: there is no docs/lost.png',
  ]);
});

test('paths that are not there are found in prose and in comments', () => {
  const text =
    '`src/base/errors.ts` is there, `src/base/lost.ts` is not; `src/<name>/all.ts` and `a/src/x.ts` are no paths.';
  assert.deepEqual(pathProblems([page(text)], exists), ['docs/a.md:1: there is no src/base/lost.ts']);
  const code =
    "// see src/base/errors.ts\nimport 'src/base/lost.ts';\n/* src/base/gone.c */\n * of guest/agent/x.c, test/unit.\n";
  assert.deepEqual(commentProblems([page(code, 'src/a.ts')], exists), [
    'src/a.ts:3: there is no src/base/gone.c',
    'src/a.ts:4: there is no guest/agent/x.c',
  ]);
});

test('a shell line is cut into words', () => {
  assert.deepEqual(wordsOf(`espalier run 'a b' --x="c d" # no`), ['espalier', 'run', 'a b', '--x=c d']);
  assert.deepEqual(wordsOf('./espalier list a\\ b|sort'), ['./espalier', 'list', 'a b']);
});

test('calls that the command line refuses are found in shell blocks and in the prose', () => {
  const text = [
    'Type `espalier run --seeds 5`, never `espalier run --sed 5`; `espalier judge` needs a run.',
    `${fence}sh\n./espalier judge latest   # fine\n./espalier judge\necho x | ./espalier shell a:b --hosst east\n${fence}`,
    `${fence}console\n$ ./espalier nothing --xyzzy\nespalier is no call here\n${fence}`,
    `${fence}\n./espalier run --not-a-shell-block\n${fence}`,
  ];
  assert.deepEqual(commandProblems([page(text.join('\n'))]), [
    "docs/a.md:4: ./espalier judge: missing required argument 'run'",
    "docs/a.md:5: ./espalier shell a:b --hosst east: unknown option '--hosst'\n(Did you mean --host?)",
    "docs/a.md:8: ./espalier nothing --xyzzy: unknown option '--xyzzy'",
    "docs/a.md:1: espalier run --sed 5: unknown option '--sed'\n(Did you mean --seed?)",
  ]);
});

test('a block has its language, its line and what is given to it', () => {
  const text = `text\n\n<!-- given: const a = 1; -->\n\n${fence}ts\none\ntwo\n${fence}\n${fence}\nplain\n${fence}\n`;
  assert.deepEqual(codeBlocks(page(text)), [
    { line: 5, language: 'ts', lines: ['one', 'two'], given: 'const a = 1;' },
    { line: 9, language: '', lines: ['plain'], given: '' },
  ]);
});

test('samples are type-checked: whole ones, fragments, and what is given to them', () => {
  const text = [
    `${fence}ts\nimport { linux } from 'espalier';\nlinux({ sysctl: [] });\n${fence}`,
    `${fence}ts\nconst one: Count = 'many';\nawait expect(host).toHaveIpsecSas(one);\n${fence}`,
    `<!-- given: declare const host: Host; -->\n${fence}ts\nawait host.exec('true');\nawait host.exec(5);\n${fence}`,
  ];
  const problems = sampleProblems([page(text.join('\n'))]).map((line) => line.split('\n')[0]);
  assert.deepEqual(
    problems.map((line) => /^docs\/a\.md:(\d+): (.{20})/.exec(line ?? '')?.slice(1)),
    [
      ['3', 'Object literal may o'],
      ['6', "Type 'string' is not"],
      ['7', "Cannot find name 'ho"],
      ['12', "Argument of type 'nu"],
    ],
  );
});
