import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import { codeOf, functionsOf } from '../../../tools/kernel-mutants/c-source.ts';
import { countingRun } from '../../../tools/kernel-mutants/coverage.ts';
import { queues, shares } from '../../../tools/kernel-mutants/draw.ts';
import { handWritten } from '../../../tools/kernel-mutants/hand-written.ts';
import { mutantsOf, mutated, operators } from '../../../tools/kernel-mutants/operators.ts';
import { placed } from '../../../tools/kernel-mutants/placed.ts';
import { candidatesOf } from '../../../tools/kernel-mutants/reach.ts';
import { reportOf, scoreOf } from '../../../tools/kernel-mutants/report.ts';
import { rowPattern, titlesPattern } from '../../../tools/kernel-mutants/rows.ts';
import type { Tried } from '../../../tools/kernel-mutants/trial.ts';

/** A function of ours in the kernel's style. */
const inFunction = (body: string): string => `static int f(int a)\n{\n${body}\n}\n`;
const file = 'net/xfrm/x.c';

function variants(operator: string, body: string): string[] {
  const text = inFunction(body);
  return mutantsOf(file, text, operator).map((one) => mutated(text, one));
}

test('comments, texts, characters and lines of the preprocessor are no code, and offsets stay', () => {
  const text = 'a = 1; /* b < c\n " */ d("x < y \\" z"); // e\n#define F(g) \\\n\tg < 1\n\'<\' < h\n';
  const code = codeOf(text);
  assert.equal(code.length, text.length);
  assert.deepEqual(code.split(/\s+/).filter(Boolean), ['a', '=', '1;', 'd(', ');', '<', 'h']);
});

test('a function is named, also over several lines and behind attributes; a table and a structure are none', () => {
  const text = [
    'struct s {\n\tint a;\n};',
    'static const struct t u =\n{\n\t.f = g,\n};',
    'static struct x *\nname(int a,\n\tint (*b)(int))\n{\n\treturn 1;\n}',
    'EXPORT_SYMBOL(name);',
    'int __init other(void)\n{\n\tif (a) {\n\t}\n}\n',
  ].join('\n');
  const found = functionsOf(codeOf(text)).map(({ name, start, end }) => [name, text.slice(start, end)]);
  assert.deepEqual(found, [
    ['name', '\treturn 1;\n'],
    ['other', '\tif (a) {\n\t}\n'],
  ]);
});

test('each operator makes its slips, and leaves alone what only looks like them', () => {
  const cases: Readonly<Record<string, readonly (readonly [body: string, slips: readonly string[]])[]>> = {
    compare: [
      ['\tif (a->b < c)', ['\tif (a->b <= c)']],
      ['\tx = a << 2 != b >> 1;', ['\tx = a << 2 == b >> 1;']],
      ['\tx <<= a >= 1;', ['\tx <<= a > 1;']],
    ],
    logic: [['\tx = a && b || &c;', ['\tx = a || b || &c;', '\tx = a && b && &c;']]],
    negate: [['\tif (f(a) &&\n\t    b)\n\t\tg();', ['\tif (!(f(a) &&\n\t    b))\n\t\tg();']]],
    'off by one': [['\ta1[0] = 0x10 + 31;', ['\ta1[1] = 0x10 + 31;', '\ta1[0] = 0x10 + 32;']]],
    constant: [
      [
        '\treturn true ? -EINVAL : x->false;',
        ['\treturn false ? -EINVAL : x->false;', '\treturn true ? 0 : x->false;'],
      ],
    ],
    arithmetic: [
      ['\ti++;\n\ta = -b + c;', ['\ti--;\n\ta = -b + c;', '\ti++;\n\ta = -b - c;']],
      ['\tint *p = a * b;', ['\tint *p = a / b;']],
    ],
    bits: [['\ta &= ~b | c && &d;', ['\ta |= ~b | c && &d;', '\ta &= b | c && &d;', '\ta &= ~b & c && &d;']]],
    delete: [
      ['\tint a = f();\n\treturn a;', []],
      [
        '\tg(a);\n\tx->b = 1;\n\tgoto out;',
        ['\t;\n\tx->b = 1;\n\tgoto out;', '\tg(a);\n\t;\n\tgoto out;', '\tg(a);\n\tx->b = 1;\n\t;'],
      ],
      ['\tg(a,\n\t  b);', []],
    ],
  };
  assert.deepEqual(Object.keys(cases), Object.keys(operators));
  for (const [operator, pairs] of Object.entries(cases)) {
    for (const [body, slips] of pairs) assert.deepEqual(variants(operator, body), slips.map(inFunction), operator);
  }
});

test('what stands outside of functions is not changed, and a mutant is named by its function and place', () => {
  const text = `#define A 1\nstatic int b = 2;\n${inFunction('\tg(0);\n\th(0);')}`;
  assert.deepEqual(
    mutantsOf(file, text, 'off by one').map(({ id, line }) => [id, line]),
    [
      ['net/xfrm/x.c:f:off by one:1', 5],
      ['net/xfrm/x.c:f:off by one:2', 6],
    ],
  );
});

test('a seed decides the order, and each operator has its share', () => {
  const text = inFunction(Array.from({ length: 30 }, (_, at) => `\tg(${at});`).join('\n'));
  const all = new Map([['off by one', mutantsOf(file, text, 'off by one')]]);
  const order = (seed: string): string[] => (queues(all, seed).get('off by one') ?? []).map(({ id }) => id);
  assert.deepEqual(order('1'), order('1'));
  assert.notDeepEqual(order('1'), order('2'));
  assert.deepEqual(order('1').toSorted(), order('2').toSorted());
  assert.deepEqual(
    [...shares(['a', 'b', 'c'], 8)],
    [
      ['a', 3],
      ['b', 3],
      ['c', 2],
    ],
  );
});

test('a hand-written bug fits one place of its function, or is refused', () => {
  const text = `${inFunction('\tif (a)\n\t\treturn 1;')}${inFunction('\tif (a)\n\t\treturn 1;').replace('f(', 'g(')}`;
  const bug = { what: 'the bug', file, within: 'g', find: /(?<=if \()a/, put: '0', rows: [] };
  const mutant = placed(bug, text);
  assert.equal(mutant.line, 8);
  assert.equal(mutated(text, mutant), text.replace(/(g\(int a\)\n\{\n\tif )\(a\)/, '$1(0)'));
  for (const wrong of [{ within: 'h' }, { find: /nothing/ }, { find: /\t/ }]) {
    assert.throws(() => placed({ ...bug, ...wrong }, text), EspalierError);
  }
});

test('every group of rows has a hand-written bug, and each is named once', () => {
  assert.ok(handWritten.length >= 25);
  assert.equal(new Set(handWritten.map(({ what }) => what)).size, handWritten.length);
  const letters = new Set(handWritten.flatMap(({ rows }) => rows.map((row) => row[0])));
  assert.deepEqual([...letters].toSorted(), ['A', 'B', 'F', 'I', 'N', 'P', 'R', 'S', 'T']);
});

test('rows are chosen by letter and number, and by their whole titles', () => {
  const chosen = (rows: readonly string[], title: string): boolean => rowPattern(rows).test(title);
  assert.ok(chosen(['S'], 'S1 an SA') && chosen(['S'], 'S16 an SA') && chosen(['S1', 'A'], 'A null'));
  assert.ok(!chosen(['S1'], 'S16 an SA') && !chosen(['A'], 'AH') && !chosen(['S'], 'P1 a policy') && !chosen([], ''));
  const pattern = new RegExp(titlesPattern(['S1 a (b|c)?', 'S2']), 'u');
  assert.ok(pattern.test('conformance:S1 a (b|c)?') && pattern.test('conformance:S2'));
  assert.ok(!pattern.test('conformance:S1 a b') && !pattern.test('conformance:S22') && !pattern.test('other:S2'));
});

/** A file, and where `find` is in its only function. */
function placeOf(body: string, find: string) {
  const text = `int other;\n${inFunction(body)}int more;\n`;
  const start = text.indexOf(find);
  return { text, place: { file, within: 'f', start, end: start + find.length } };
}

const linesOf = (numbers: readonly number[]) => new Map([[file, new Set(numbers)]]);

test('rows that execute the changed statement are tried: those first that nothing is known of, then those about it', () => {
  // The statement is in lines 4 and 5, the function in 4 to 7.
  const { text, place } = placeOf('\tif (a &&\n\t    b == c)\n\t\tg();\n\treturn 1;', 'b == c');
  const coverage = {
    counted: linesOf([4, 5, 6, 7]),
    rows: new Map([
      ['below', linesOf([6, 7])],
      ['long', linesOf([4, 5, 6, 7])],
      ['short', linesOf([4, 5])],
      ['begin', linesOf([4])],
      ['about', linesOf([4, 6, 7])],
      ['gone', linesOf([4])],
    ]),
  };
  const rows = ['below', 'begin', 'long', 'new', 'short', 'about'];
  const isAbout = (row: string): boolean => row === 'about';
  assert.deepEqual(candidatesOf(place, { text, coverage, rows, isAbout }), {
    by: 'statement',
    rows: ['new', 'about', 'short', 'long', 'begin'],
  });
  assert.deepEqual(candidatesOf(place, { text, coverage, rows: ['below'] }), { by: 'statement', rows: [] });
});

test('a statement without a counter goes by its function, that by its file, and a file without any by nothing', () => {
  const { text, place } = placeOf('\tg();\n\tint i = 1;\n\th();', 'i = 1');
  const rows = ['inside', 'outside', 'elsewhere'];
  const by = (counted: readonly number[], inside: readonly number[]) =>
    candidatesOf(place, {
      text,
      coverage: {
        counted: linesOf(counted),
        rows: new Map([
          ['inside', linesOf(inside)],
          ['outside', linesOf([1])],
          ['elsewhere', new Map()],
        ]),
      },
      rows,
    });
  assert.deepEqual(by([1, 4, 5, 6], [5]), { by: 'statement', rows: ['inside'] });
  assert.deepEqual(by([1, 4, 6], [6]), { by: 'function', rows: ['inside'] });
  assert.deepEqual(by([1], []), { by: 'file', rows: ['outside'] });
  assert.deepEqual(by([], []).rows.toSorted(), rows.toSorted());
});

test('a survivor lowers the score unless it is known; what was not built is not counted', () => {
  const of = (id: string, more: Partial<Tried> = {}): Tried => ({
    ...{ id: `${file}:${id}`, file, within: 'f', line: 1, rows: 3, by: 'statement', red: [] },
    ...more,
  });
  const red = [{ name: 'S1 an SA', word: 'major' }];
  const tried = [of('a', { red }), of('b'), of('c'), of('d', { uncounted: 'does not compile' })];
  const known = [{ id: `${file}:c`, reason: 'says nothing' }];
  const score = scoreOf(tried, known);
  assert.deepEqual([score.counted, score.found, score.survivors.map(({ id }) => id)], [2, 1, [`${file}:b`]]);
  // One that is found all the same counts.
  assert.equal(scoreOf([of('c', { red })], known).found, 1);
  const lines = reportOf('Drawn', tried, known).join('\n');
  assert.match(lines, /\| a \| net\/xfrm\/x\.c:1 \| major \| S1 an SA \|/);
  assert.match(lines, /^survives 3 rows that execute the statement: net\/xfrm\/x\.c:b/m);
  assert.match(reportOf('Drawn', [of('b', { rows: 0 })], known).join('\n'), /^not reached: net\/xfrm\/x\.c:b/m);
  assert.match(lines, /1 of 2 found\. Not counted: 1 .*, 1 known/);
});

test('only the rows that bugs are tried with are run to count what they execute', () => {
  const optionOf = (command: readonly string[], name: string): string | undefined =>
    command.includes(name) ? command[command.indexOf(name) + 1] : undefined;
  const pattern = new RegExp(optionOf(countingRun(['R1 a window (32)', 'R5 x'], '/runs'), '-g') ?? '');
  const titles = ['conformance:R1 a window (32)', 'conformance:R5 x', 'conformance:R5 x over IPv6', 'other:R5 x'];
  assert.deepEqual(
    titles.map((title) => pattern.test(title)),
    [true, true, false, false],
  );
  const whole = countingRun(undefined, '/runs');
  assert.deepEqual([whole[1], whole.includes('--coverage'), whole.includes('-g')], ['conformance', true, false]);
});
