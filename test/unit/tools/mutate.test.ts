import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';
import { chooseTests } from '../../../tools/mutate/choose-tests.ts';
import { mutantsOf, mutated } from '../../../tools/mutate/mutants.ts';
import { regexEdits } from '../../../tools/mutate/regex.ts';
import { report } from '../../../tools/mutate/report.ts';
import { sample } from '../../../tools/mutate/sample.ts';
import { changedLines, ofChanged } from '../../../tools/mutate/since.ts';
import { Thread } from '../../../tools/mutate/thread.ts';
import { invalid, type Learned } from '../../../tools/mutate/worker.ts';

const mutants = (text: string): string[] => mutantsOf('src/model/x.ts', text).map((one) => mutated(text, one));

test('code is changed in one place at a time, and types, imports and names of properties are not', () => {
  const cases: readonly (readonly [text: string, changed: readonly string[]])[] = [
    ["import { a } from './a.ts';\ntype T = 'x' | 1;\ninterface I { readonly b: 'y' }\n", []],
    [
      'const a = b <= 2n;',
      [
        'const a = true;',
        'const a = false;',
        'const a = b < 2n;',
        'const a = b > 2n;',
        'const a = b <= 3n;',
        'const a = b <= 1n;',
      ],
    ],
    ['a.sort();', [';', 'a;']],
    ['for (; a; ) b?.c;', ['for (; false; ) b?.c;', 'for (; a; ) ;', 'for (; a; ) b.c;']],
    ["const a = { b: ['in'], 'c-d': '' };", ["const a = { 'c-d': '' };", "const a = { b: [], 'c-d': '' };"]],
    ['const f = () => g();', ['const f = () => undefined;']],
    ['function f() { return undefined; }', []],
    ['const names: NumberNames = { 1: "a" };', []],
  ];
  for (const [text, changed] of cases) {
    const found = mutants(text);
    for (const one of changed) assert.ok(found.includes(one), `${one} is not among ${found.join(' | ')}`);
    if (changed.length === 0) assert.deepEqual(found, [], text);
  }
});

test('a list of a table is tried with what lists beside it have, and a rule with the opposite weight', () => {
  const table = "const t = [{ facts: ['a'] }, { facts: ['b'], reason: 'because' }];";
  assert.ok(mutants(table).includes("const t = [{ facts: ['b', 'a'] }, { facts: ['b'], reason: 'because' }];"));
  assert.ok(mutants(table).every((one) => !one.includes("reason: ''") && !one.includes("['b'], }")));
  const rules = "const known = minor('counted');\nconst t = { spi: known };";
  assert.ok(mutants(rules).some((one) => one.endsWith("const t = { spi: major('changed') };")));
});

test('a regular expression loses anchors, alternatives, counts and flags one at a time', () => {
  const literal = '/^a(?:b|c+)\\b.*(?=d)[e-f]?$/g';
  const changed = regexEdits(literal, 0).map((edit) => mutated(literal, edit));
  assert.deepEqual(
    changed.toSorted(),
    [
      '/^a(?:b)\\b.*(?=d)[e-f]?$/g',
      '/^a(?:b|c)\\b.*(?=d)[e-f]?$/g',
      '/^a(?:b|c*)\\b.*(?=d)[e-f]?$/g',
      '/^a(?:b|c+)\\b.(?=d)[e-f]?$/g',
      '/^a(?:b|c+)\\b.*(?!d)[e-f]?$/g',
      '/^a(?:b|c+)\\b.*(?=d)[^e-f]?$/g',
      '/^a(?:b|c+)\\b.*(?=d)[e-f]$/g',
      '/^a(?:b|c+)\\b.*(?=d)[e-f]*$/g',
      '/^a(?:b|c+)\\b.*(?=d)[e-f]?$/',
      '/^a(?:b|c+)\\b.*(?=d)[e-f]?/g',
      '/^a(?:b|c+).*(?=d)[e-f]?$/g',
      '/^a(?:c+)\\b.*(?=d)[e-f]?$/g',
      '/a(?:b|c+)\\b.*(?=d)[e-f]?$/g',
    ].toSorted(),
  );
});

test('a sample is the same for a seed, in the order of all', () => {
  const all = mutantsOf('x.ts', 'const a = [1, 2, 3, 4, 5, 6, 7, 8, 9];');
  const drawn = sample(all, 5, '1');
  assert.equal(drawn.length, 5);
  assert.deepEqual(drawn, sample(all, 5, '1'));
  assert.notDeepEqual(drawn, sample(all, 5, '2'));
  assert.deepEqual(
    drawn,
    all.filter((one) => drawn.includes(one)),
  );
  assert.equal(sample(all, 500, '1').length, all.length);
});

const learned: Learned[] = [
  {
    file: 'slow.test.ts',
    imports: new Map([
      ['slow.test.ts', new Set(['src/b.ts'])],
      ['src/b.ts', new Set(['src/a.ts'])],
    ]),
    loading: {},
    tests: [
      { name: 'runs it', ms: 20, ran: { 'src/a.ts': [[0, 50]] } },
      { name: 'does not', ms: 5, ran: { 'src/a.ts': [[60, 70]] } },
    ],
    failing: [],
  },
  {
    file: 'quick.test.ts',
    imports: new Map(),
    loading: { 'src/a.ts': [[0, 100]] },
    tests: [{ name: 'any', ms: 1, ran: {} }],
    failing: [],
  },
  {
    file: 'other.test.ts',
    imports: new Map(),
    loading: {},
    tests: [{ name: 'any', ms: 1, ran: { 'src/c.ts': [[0, 9]] } }],
    failing: [],
  },
];

test('what has changed since a commit is read from its diff, and mutants of other lines are left out', () => {
  const diff = [
    ...['diff --git a/src/model/x.ts b/src/model/x.ts', '--- a/src/model/x.ts', '+++ b/src/model/x.ts'],
    ...[
      '@@ -2 +2 @@ const a',
      '-const b = 0;',
      '+const b = 1;',
      '@@ -5,2 +4,0 @@',
      '-x',
      '-y',
      '@@ -9,0 +8,2 @@',
      '+v',
      '+w',
    ],
    ...['--- a/src/model/gone.ts', '+++ /dev/null', '@@ -1 +0,0 @@', '-z', ''],
  ].join('\n');
  const changed = changedLines(diff);
  assert.deepEqual(
    [...changed],
    [
      [
        'src/model/x.ts',
        [
          [2, 2],
          [8, 9],
        ],
      ],
    ],
  );
  const text = 'const a = 1;\nconst b = 1;\nconst c = 1;\n';
  const found = ofChanged(mutantsOf('src/model/x.ts', text), changed);
  assert.deepEqual([...new Set(found.map(({ line }) => line))], [2]);
  assert.deepEqual(ofChanged(mutantsOf('src/model/y.ts', text), changed), []);
});

test('tests that run the changed place are asked, quick files first; all of a file where importing it runs the place', () => {
  const { tests, files, ms } = chooseTests(learned, { file: 'src/a.ts', start: 45, end: 55 });
  assert.deepEqual(
    tests.map(({ file, names }) => [file, names]),
    [
      ['quick.test.ts', undefined],
      ['slow.test.ts', ['runs it']],
    ],
  );
  assert.deepEqual([...files].sort(), ['slow.test.ts', 'src/a.ts', 'src/b.ts']);
  assert.equal(ms, 21);
});

test('a survivor where none may be, a low score and a stale entry are missed bars', () => {
  const [one, two] = mutantsOf('src/judge/text/x.ts', 'f(a);\nconst b = 1;\n');
  assert.ok(one && two);
  const told = (results: Parameters<typeof report>[0], equivalents: Parameters<typeof report>[1] = []) =>
    report(results, equivalents, true);
  const entry = {
    file: one.file,
    within: one.within,
    original: one.original,
    mutant: one.mutant,
    reason: 'nobody calls f',
  };
  assert.equal(told([{ mutant: one, killedBy: 'a test' }]).missed, false);
  assert.equal(told([{ mutant: one }]).missed, true);
  assert.equal(told([{ mutant: one }], [entry]).missed, false);
  assert.equal(told([{ mutant: one, killedBy: 'a test' }], [entry]).missed, true);
  assert.equal(told([{ mutant: two, killedBy: 'a test' }], [entry]).missed, true);
  const elsewhere = mutantsOf('src/results/x.ts', 'const a = [1, 2, 3];').map((mutant, index) => ({
    mutant,
    ...(index > 0 && { killedBy: 'a test' }),
  }));
  assert.equal(told(elsewhere).missed, false);
  assert.equal(told(elsewhere.map(({ mutant }) => ({ mutant }))).missed, true);
});

test('a thread tells which test notices a change, survives one that is none, and is ended where it hangs', async () => {
  const file = 'src/model/words.ts';
  const text = readFileSync(join(projectDir, file), 'utf8');
  const thread = new Thread();
  const noticing = 'of any two words the one that stands first in the list of words wins';
  const tests = [{ file: 'test/unit/judge/verdict.test.ts', names: [noticing] }];
  const files = new Set([file, ...tests.map((one) => one.file)]);
  const meet = (changed: string, limit = 60_000): Promise<unknown> =>
    thread.run({ trial: { changed: { file, text: changed }, files, tests } }, limit);
  try {
    assert.deepEqual(await meet(text), { answer: undefined });
    const wrong = text.replace('verdictWords.find(', 'verdictWords.findLast(');
    assert.notEqual(wrong, text);
    assert.deepEqual(await meet(wrong), { answer: `test/unit/judge/verdict.test.ts: ${noticing}` });
    assert.deepEqual(await meet(`${text}(`), { answer: invalid });
    assert.deepEqual(await meet(`${text};for (;;);`, 300), { died: 'time limit' });
  } finally {
    await thread.stop();
  }
});
